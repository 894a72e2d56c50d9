import { AuditError } from './errors.ts'

/** The file name of a segment: the sequence number of its first record in 16 digits, so that names sort as records do. */
export function segmentName(firstSequence: number): string {
  if (!Number.isSafeInteger(firstSequence) || firstSequence < 1) {
    throw new AuditError('sequence', 'a segment starts at a sequence number from 1 up')
  }
  return `${String(firstSequence).padStart(DIGITS, '0')}${EXTENSION}`
}

/** The first sequence number that a file name promises, or undefined when it is no segment's name. */
export function segmentSequence(name: string): number | undefined {
  if (name.length !== DIGITS + EXTENSION.length || !name.endsWith(EXTENSION)) return undefined
  const digits = name.slice(0, DIGITS)
  const sequence = /^\d+$/.test(digits) ? Number(digits) : 0
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined
}

/** Number.MAX_SAFE_INTEGER has 16 digits. */
const DIGITS = 16
const EXTENSION = '.jsonl'
