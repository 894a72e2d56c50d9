import { createHash } from 'node:crypto'
import type { Transcript } from './parse.ts'

/** A session that a transcript is played to. */
export interface PlayedSession<M> {
  /** Sends messages in one piece, so that they are pipelined. */
  send(messages: readonly M[]): void
  /** What came up to the nth of something, as text; `closed` at the end when the server hung up. */
  until(what: string, count: number): Promise<readonly string[]>
  destroy(): void
}

/** What came back: messages as text, in order. The session is ended. */
export async function replay<M>(
  opening: Promise<PlayedSession<M>>,
  transcript: Transcript<M>,
): Promise<readonly string[]> {
  const session = await opening
  const received: string[] = []
  try {
    let out: M[] = []
    for (const step of transcript.steps) {
      if (step.type === 'send') {
        out.push(step.message)
        continue
      }
      session.send(out)
      out = []
      received.push(...(await session.until(step.what, step.count)))
    }
    return received
  } finally {
    session.destroy()
  }
}

/** Bytes as text, one character a byte; long values by their size and digest. */
export function printable(bytes: Uint8Array): string {
  if (bytes.length <= 1000) return Buffer.from(bytes).toString('latin1')
  return `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`
}
