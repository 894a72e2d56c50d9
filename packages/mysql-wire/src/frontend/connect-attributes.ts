import { BytesError, Reader, Writer } from '@sallyport/bytes'
import { readLengthBytes, readLengthText, writeLengthBytes, writeLengthText } from '../lenenc.ts'

/** What a client says of itself: program, version, process. Spec: mysql_options4, MYSQL_OPT_CONNECT_ATTR_ADD. */
export interface Attribute {
  readonly name: string
  readonly value: string
}

/** Attributes behind their length together. */
export function readAttributes(body: Reader): readonly Attribute[] {
  const all = readLengthBytes(body)
  // As the server's own bound (performance_schema_session_connect_attrs_size).
  if (all.length > MAX_ATTRIBUTE_BYTES) throw new BytesError('out-of-range', 'Connection attributes are too long')
  const inner = new Reader(all)
  const attributes: Attribute[] = []
  while (inner.remaining > 0) attributes.push({ name: readLengthText(inner), value: readLengthText(inner) })
  return attributes
}

export function writeAttributes(body: Writer, attributes: readonly Attribute[]): void {
  const inner = new Writer()
  for (const { name, value } of attributes) {
    writeLengthText(inner, name)
    writeLengthText(inner, value)
  }
  writeLengthBytes(body, inner.view())
}

const MAX_ATTRIBUTE_BYTES = 64 * 1024
