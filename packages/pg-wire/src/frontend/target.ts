import type { Reader, Writer } from '@sallyport/bytes'
import { MalformedMessageError } from '../errors.ts'

/** What a Describe or Close is about: a prepared statement ('S') or a portal ('P'). */
export type Target = 'statement' | 'portal'

/** Reads the byte that says whether a statement or a portal is meant. */
export function readTarget(body: Reader): Target {
  const kind = body.uint8()
  if (kind === STATEMENT) return 'statement'
  if (kind === PORTAL) return 'portal'
  throw new MalformedMessageError('frontend', `0x${kind.toString(16)} means neither a statement nor a portal`)
}

/** Writes the byte that says whether a statement or a portal is meant. */
export function writeTarget(body: Writer, target: Target): void {
  body.uint8(target === 'statement' ? STATEMENT : PORTAL)
}

const STATEMENT = 0x53 // 'S'
const PORTAL = 0x50 // 'P'
