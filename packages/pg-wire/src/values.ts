import type { Reader, Writer } from '@sallyport/bytes'
import type { Format, Value } from './codec.ts'
import { MalformedMessageError, type Side } from './errors.ts'

/** Reads a value behind its length; a negative length other than -1 is malformed. */
export function readValue(body: Reader, side: Side): Value {
  const length = body.int32()
  if (length === NULL_LENGTH) return null
  if (length < 0) throw new MalformedMessageError(side, `A value cannot have length ${length}`)
  return body.bytes(length)
}

/** Writes a value behind its length. */
export function writeValue(body: Writer, value: Value): void {
  if (value === null) body.int32(NULL_LENGTH)
  else body.int32(value.length).bytes(value)
}

/** Reads a count and as many format codes. */
export function readFormats(body: Reader): Format[] {
  return body.list(body.uint16(), readFormat)
}

/** Writes a count and as many format codes. */
export function writeFormats(body: Writer, formats: readonly Format[]): void {
  body.uint16(formats.length)
  for (const format of formats) body.int16(format)
}

function readFormat(body: Reader): Format {
  return body.int16()
}

const NULL_LENGTH = -1
