import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One conversation as text: what is sent, and what is waited for. `M` is a message of the protocol it is in. */
export interface Transcript<M> {
  readonly file: string
  readonly title: string
  /** What the session must be for it, as the line `session` says; of the protocol's own kind. */
  readonly session: Readonly<Record<string, unknown>>
  readonly steps: readonly Step<M>[]
}

export type Step<M> =
  | { readonly type: 'send'; readonly message: M }
  /** Waits for the nth of something since the last wait, or for the end of the connection (`close`). */
  | { readonly type: 'until'; readonly what: string; readonly count: number }

/** Makes a message of its type and the fields that a transcript gives. Throws for a type that is none. */
export type MessageOf<M> = (type: string, fields: Readonly<Record<string, unknown>>) => M

/** Reads every transcript of a folder. Throws for a line that is none of ours. */
export function readTranscripts<M>(folder: string, messageOf: MessageOf<M>): readonly Transcript<M>[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .toSorted()
    .flatMap((file) => parse(file, readFileSync(join(folder, file), 'utf8'), messageOf))
}

function parse<M>(file: string, text: string, messageOf: MessageOf<M>): readonly Transcript<M>[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...all] = part.split('\n')
      const lines = all.filter((line) => line.trim() !== '')
      const session = lines
        .filter((line) => line.startsWith(SESSION))
        .map((line) => JSON.parse(line.slice(SESSION.length)) as Record<string, unknown>)
      const steps = lines
        .filter((line) => !line.startsWith(SESSION))
        .flatMap((line) => parseLine(line, file, messageOf))
      return { file, title, session: Object.assign({}, ...session) as Record<string, unknown>, steps }
    })
}

function parseLine<M>(line: string, file: string, messageOf: MessageOf<M>): readonly Step<M>[] {
  const match = /^(?:repeat (\d+) )?send (\w+)(?: (\{.*\}))?$/.exec(line)
  if (match !== null) {
    const message = messageOf(match[2] ?? '', JSON.parse(match[3] ?? '{}') as Record<string, unknown>)
    return Array.from({ length: Number(match[1] ?? 1) }, () => ({ type: 'send', message }))
  }
  const until = /^until (\w+)(?: (\d+))?$/.exec(line)
  if (until === null) throw new Error(`${file}: not a line of a transcript: ${line}`)
  return [{ type: 'until', what: until[1] ?? '', count: Number(until[2] ?? 1) }]
}

const SESSION = 'session '
