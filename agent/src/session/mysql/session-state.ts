import { Reader, Writer } from '@sallyport/bytes'

/**
 * The session state of an OK packet without the values of variables that are free text; everything else stays byte for byte. Spec:
 * page_protocol_basic_ok_packet, "Session State Information". Throws `BytesError` for what is no session state.
 */
export function withoutValues(sessionState: Uint8Array): Uint8Array {
  const kept = new Writer()
  const body = new Reader(sessionState)
  while (body.remaining > 0) {
    const kind = body.uint8()
    const data = body.bytes(readLength(body))
    if (kind === SYSTEM_VARIABLES && !CLOSED_VARIABLES.has(firstName(data))) continue
    kept.uint8(kind)
    writeLength(kept, data.length)
    kept.bytes(data)
  }
  return kept.view().slice()
}

/** MariaDB may put several variables into one entry: '' then, so that none of them stays. */
function firstName(data: Uint8Array): string {
  const body = new Reader(data)
  const name = body.utf8(readLength(body))
  body.skip(readLength(body))
  return body.remaining === 0 ? name.toLowerCase() : ''
}

function readLength(body: Reader): number {
  const first = body.uint8()
  if (first < 0xfb) return first
  return first === 0xfc ? body.uint16Le() : body.uint24Le()
}

function writeLength(body: Writer, length: number): void {
  if (length < 0xfb) body.uint8(length)
  else if (length < 0x1_0000) body.uint8(0xfc).uint16Le(length)
  else body.uint8(0xfd).uint24Le(length)
}

const SYSTEM_VARIABLES = 0
/** Variables whose values are words of the server's own. */
const CLOSED_VARIABLES: ReadonlySet<string> = new Set([
  'autocommit',
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'collation_connection',
  'transaction_isolation',
  'tx_isolation',
  'transaction_read_only',
  'tx_read_only',
])
