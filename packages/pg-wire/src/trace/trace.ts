import { BytesError, Reader } from '@sallyport/bytes'
import type { RawMessage } from '../framing/raw-message.ts'
import type { StartupPacket } from '../frontend/startup-packet.ts'
import { BACKEND_LAYOUTS, FRONTEND_LAYOUTS, type Piece, PLAIN_NOTICE_FIELDS } from './layout.ts'

export interface TraceOptions {
  /**
   * Whether texts and values are shown. They are withheld unless asked for: `"SSSS"` stands for a text and `'SSSS'` for a value, whose length still
   * shows. Passwords, keys and COPY data are never shown.
   */
  readonly showValues?: boolean
}

/**
 * One message as a line in the format of libpq's PQtrace, without timestamp and newline: direction, length, type and fields. A message that is not
 * what its type says ends in `(malformed)`; nothing is thrown. Spec: libpq-control, "PQtrace".
 */
export function traceMessage(side: 'frontend' | 'backend', raw: RawMessage, options: TraceOptions = {}): string {
  const layout = (side === 'frontend' ? FRONTEND_LAYOUTS : BACKEND_LAYOUTS).get(raw.tag)
  const start = `${DIRECTIONS[side]}\t${raw.bytes.length - 1}\t`
  if (layout === undefined) return `${start}Unknown message: 0x${raw.tag.toString(16).padStart(2, '0')}`
  const line = [`${start}${layout.name}`]
  if (layout.pieces.length > 0) line.push('\t')
  try {
    const body = new Reader(raw.body)
    writePieces(line, body, layout.pieces, options.showValues === true)
    body.end()
  } catch (error) {
    if (!(error instanceof BytesError)) throw error
    line.push(' (malformed)')
  }
  return line.join('')
}

/** A packet that begins a connection as a line of the same format; `length` is the packet's. */
export function traceStartupPacket(packet: StartupPacket, length: number, options: TraceOptions = {}): string {
  const start = `F\t${length}\t${packet.type}`
  if (packet.type !== 'StartupMessage') return start
  const parameters = packet.parameters.map(
    ({ name, value }) => ` "${printable(name)}" "${options.showValues === true ? printable(value) : WITHHELD}"`,
  )
  return `${start}\t ${packet.major} ${packet.minor}${parameters.join('')}`
}

function writePieces(line: string[], body: Reader, pieces: readonly Piece[], show: boolean): void {
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      WRITERS[piece](line, body, show)
    } else {
      const count = body.uint16()
      line.push(` ${count}`)
      for (let index = 0; index < count; index += 1) writePieces(line, body, piece.list, show)
    }
  }
}

type PieceWriter = (line: string[], body: Reader, show: boolean) => void

const WRITERS: Readonly<Record<Extract<Piece, string>, PieceWriter>> = {
  name: (line, body) => line.push(` "${printable(body.cstringLossy())}"`),
  text: (line, body, show) => {
    const text = body.cstringLossy()
    line.push(` "${show ? printable(text) : WITHHELD}"`)
  },
  letter: (line, body) => line.push(` ${printableByte(body.uint8())}`),
  int16: (line, body) => line.push(` ${body.uint16()}`),
  int32: (line, body) => line.push(` ${body.int32()}`),
  value: (line, body, show) => {
    const length = body.int32()
    line.push(` ${length}`)
    if (length === NULL_LENGTH) return
    const bytes = body.bytes(length)
    line.push(` '${show ? Array.from(bytes, printableByte).join('') : WITHHELD}'`)
  },
  noticeFields: (line, body, show) => {
    for (let code = body.uint8(); ; code = body.uint8()) {
      line.push(` ${printableByte(code)}`)
      if (code === 0) return
      const value = body.cstringLossy()
      const plain = show || PLAIN_NOTICE_FIELDS.has(String.fromCharCode(code))
      line.push(` "${plain ? printable(value) : WITHHELD}"`)
    }
  },
  secret: (line, body) => {
    if (body.rest().length > 0) line.push(` ${WITHHELD_NUMBER}`)
  },
}

/** Text that stays on its line whatever it contains. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => printableByte(control.charCodeAt(0)))
}

function printableByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
}

const DIRECTIONS = { frontend: 'F', backend: 'B' } as const
const NULL_LENGTH = -1
// What PQTRACE_REGRESS_MODE writes for what it does not show.
const WITHHELD = 'SSSS'
const WITHHELD_NUMBER = 'NNNN'
