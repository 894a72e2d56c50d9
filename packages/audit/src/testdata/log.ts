import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { SignatureCheck, Sha256, Signer } from '../crypto.ts'
import type { AuditEvent, Checkpoint, LogEvent } from '../event.ts'
import { GENESIS, seal, sealCheckpoint, type Head, type Sealed } from '../record.ts'
import { segmentName } from '../segment.ts'
import type { SegmentSource } from '../verification.ts'

/** A log in memory, made with the real hash and real keys: a list of files, each a list of lines. */

export interface LogFile {
  name: string
  text: string
}

export const sha256: Sha256 = (text) => createHash('sha256').update(text).digest('hex')

export function newSigner(keyId = 'key-1'): Signer & SignatureCheck {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    keyId,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
    verify: (id, text, signature) => {
      if (id !== keyId) return 'unknown-key'
      return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64')) ? 'valid' : 'invalid'
    },
  }
}

/** Writes a log: a checkpoint after every `every` events, a new file after every `rotate` checkpoints, one checkpoint at the end. */
export function writeLog(
  events: readonly (AuditEvent | Exclude<LogEvent, Checkpoint>)[],
  signer: Signer,
  { every = 10, rotate = 5, end = true, log = 'feed0001' }: { every?: number; rotate?: number; end?: boolean; log?: string } = {},
): LogFile[] {
  const stamp = { log, gateway: 'gw-1' }
  const files: LogFile[] = []
  let head: Head = GENESIS
  let first = 1
  let text = ''
  let checkpoints = 0
  let nowNs = 1_700_000_000_000_000_000n
  const add = (sealed: Sealed): void => {
    head = sealed
    text += `${sealed.line}\n`
    nowNs += 1_234_567n
  }
  const checkpoint = (reason: Checkpoint['reason']): void =>
    add(sealCheckpoint(reason, first, head, stamp, nowNs, sha256, signer))
  const endFile = (): void => {
    files.push({ name: segmentName(first), text })
    text = ''
    first = head.sequence + 1
  }
  for (const [index, event] of events.entries()) {
    add(seal(event, head, stamp, nowNs, sha256))
    if ((index + 1) % every !== 0) continue
    checkpoints += 1
    if (checkpoints % rotate === 0) {
      checkpoint('rotate')
      endFile()
    } else checkpoint('interval')
  }
  if (end) checkpoint('close')
  if (text !== '') endFile()
  return files
}

/** Reads files as a real reader would: by bytes, with the same view of what a line is. */
export function read(files: readonly { name: string; text: string | Uint8Array }[]): readonly SegmentSource[] {
  return files.map(({ name, text }) => ({
    name,
    lines: async function* () {
      const bytes = Buffer.from(text)
      let start = 0
      while (start < bytes.length) {
        const end = bytes.indexOf(0x0a, start)
        const line = bytes.subarray(start, end === -1 ? bytes.length : end)
        const decoded = line.toString('utf8')
        if (Buffer.from(decoded).equals(line)) yield [{ type: 'text' as const, text: decoded, ended: end !== -1 }]
        else yield [{ type: 'unreadable' as const, reason: 'not-utf8' as const }]
        start = end === -1 ? bytes.length : end + 1
      }
    },
  }))
}
