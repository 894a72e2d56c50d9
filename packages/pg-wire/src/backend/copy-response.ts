import type { Codec, Format } from '../codec.ts'
import { readFormats, writeFormats } from '../values.ts'

/** CopyInResponse (B): the frontend may send COPY data now. Spec: protocol-message-formats, "CopyInResponse". */
export interface CopyInResponse extends CopyFormats {
  readonly type: 'CopyInResponse'
}

/** CopyOutResponse (B): COPY data follows. Spec: protocol-message-formats, "CopyOutResponse". */
export interface CopyOutResponse extends CopyFormats {
  readonly type: 'CopyOutResponse'
}

/** CopyBothResponse (B): replication begins. Spec: protocol-message-formats, "CopyBothResponse". */
export interface CopyBothResponse extends CopyFormats {
  readonly type: 'CopyBothResponse'
}

export interface CopyFormats {
  /** Text (0, which CSV is too) or binary (1) as a whole. */
  readonly format: Format
  readonly columnFormats: readonly Format[]
}

export const CopyInResponse: Codec<CopyInResponse> = copyResponse(0x47 /* 'G' */, 'CopyInResponse')

export const CopyOutResponse: Codec<CopyOutResponse> = copyResponse(0x48 /* 'H' */, 'CopyOutResponse')

export const CopyBothResponse: Codec<CopyBothResponse> = copyResponse(0x57 /* 'W' */, 'CopyBothResponse')

function copyResponse<T extends string>(tag: number, type: T): Codec<CopyFormats & { readonly type: T }> {
  return {
    tag,
    decode: (body) => ({ type, format: body.uint8(), columnFormats: readFormats(body) }),
    encode: (message, body) => {
      body.uint8(message.format)
      writeFormats(body, message.columnFormats)
    },
  }
}
