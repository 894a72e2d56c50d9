import { bodiless, type Codec } from '../codec.ts'

/** CopyDone (F and B) ends a COPY stream. Spec: protocol-message-formats, "CopyDone". */
export interface CopyDone {
  readonly type: 'CopyDone'
}

export const CopyDone: Codec<CopyDone> = bodiless(0x63 /* 'c' */, { type: 'CopyDone' })
