import { AuditError } from './errors.ts'
import { canonical, canonicalString } from './canonical.ts'
import type { Sha256, Signer } from './crypto.ts'
import type { AuditEvent, Checkpoint, LogEvent } from './event.ts'
import { outcomeMembers, verdictMembers } from './hot.ts'
import { formatTime } from './time.ts'

/** A line of the log: an event, and what ties it to its place. Written in canonical form (RFC 8785), ended by one line feed. */
export type AuditRecord = (AuditEvent | LogEvent) & Seal

/** What the log adds to an event. */
export interface Seal {
  /** Unique among all logs: the log's own id, a hyphen, the sequence number. */
  readonly id: string
  /** From 1, without a gap. */
  readonly sequence: number
  /** RFC 3339, UTC, nanoseconds. */
  readonly time: string
  readonly gateway: string
  /** The hash of the record before, or `GENESIS`. */
  readonly previous: string
  /** SHA-256 of the record's canonical form without `hash` (and without `signature`), in lower-case hex. */
  readonly hash: string
  /** On checkpoints: Ed25519 over `signedText(hash)`, base64. */
  readonly signature?: string
}

/** Where the chain stands: the next record has `sequence + 1`, and `hash` as its `previous`. */
export interface Head {
  readonly sequence: number
  readonly hash: string
}

/** The head of a log without records. */
export const GENESIS: Head = { sequence: 0, hash: '0'.repeat(64) }

/** What is the same for all records that one writer seals. */
export interface Stamp {
  /** The log's own id, random, made when the log began. */
  readonly log: string
  readonly gateway: string
}

/** A record as text, without its line feed, and the chain's new head. */
export interface Sealed extends Head {
  readonly line: string
}

/** Makes an event the next record of the chain. Throws AuditError when the event has no canonical form. */
export function seal(
  event: AuditEvent | LogOpenedOrRecovered,
  head: Head,
  stamp: Stamp,
  nowNs: bigint,
  sha256: Sha256,
): Sealed {
  return finish(membersOf(event, place(head, stamp, nowNs)), head.sequence + 1, sha256)
}

/** Makes a signed checkpoint the next record of the chain. */
export function sealCheckpoint(
  reason: Checkpoint['reason'],
  segment: number,
  head: Head,
  stamp: Stamp,
  nowNs: bigint,
  sha256: Sha256,
  signer: Signer,
): Sealed {
  const event: Checkpoint = { type: 'checkpoint', reason, key: signer.keyId, segment }
  const members = anyMembers(event, place(head, stamp, nowNs))
  const hash = sha256(`{${members.before},${members.after}}`)
  const signature = `"signature":${canonicalString(signer.sign(signedText(hash)))}`
  // INVARIANT: `signature` sorts between `sequence` and `time`, and a checkpoint has no other member there.
  const after = members.after.replace(',"time":', `,${signature},"time":`)
  return { line: `{${members.before},"hash":"${hash}",${after}}`, sequence: head.sequence + 1, hash }
}

/** What a checkpoint's signature is over. The prefix keeps the key's other signatures, should it make any, from passing for this one. */
export function signedText(hash: string): string {
  return `sallyport audit checkpoint 1\n${hash}`
}

/** The members of a record in canonical order, cut where `hash` goes. */
export interface Members {
  readonly before: string
  readonly after: string
}

/** The record's place, as canonical texts. */
export interface Place {
  readonly gateway: string
  readonly id: string
  readonly previous: string
  readonly sequence: string
  readonly time: string
}

type LogOpenedOrRecovered = Exclude<LogEvent, Checkpoint>

/** The members of any event by the generic canonicaliser; the hand-made forms of `hot.ts` are proved against it. */
export function anyMembers(event: AuditEvent | LogEvent, place: Place): Members {
  const texts = new Map<string, string>(Object.entries(place))
  for (const [name, value] of Object.entries(event)) if (value !== undefined) texts.set(name, canonical(value))
  const names = [...texts.keys()].sort()
  const member = (name: string): string => `${canonicalString(name)}:${texts.get(name) ?? ''}`
  return {
    before: names
      .filter((name) => name < 'hash')
      .map(member)
      .join(','),
    after: names
      .filter((name) => name > 'hash')
      .map(member)
      .join(','),
  }
}

function membersOf(event: AuditEvent | LogOpenedOrRecovered, place: Place): Members {
  if (event.type === 'statement-verdict') return verdictMembers(event, place)
  if (event.type === 'statement-outcome') return outcomeMembers(event, place)
  return anyMembers(event, place)
}

function place(head: Head, stamp: Stamp, nowNs: bigint): Place {
  const sequence = head.sequence + 1
  if (!Number.isSafeInteger(sequence))
    throw new AuditError('sequence', 'the log has as many records as numbers can count')
  return {
    gateway: canonicalString(stamp.gateway),
    id: canonicalString(`${stamp.log}-${sequence}`),
    previous: `"${head.hash}"`,
    sequence: String(sequence),
    time: `"${formatTime(nowNs)}"`,
  }
}

function finish(members: Members, sequence: number, sha256: Sha256): Sealed {
  const hash = sha256(`{${members.before},${members.after}}`)
  return { line: `{${members.before},"hash":"${hash}",${members.after}}`, sequence, hash }
}
