import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionMessage } from '@sallyport/pg-wire'

/** One conversation as text: what is sent, and what is waited for. */
export interface Transcript {
  readonly file: string
  readonly title: string
  readonly steps: readonly Step[]
}

export type Step =
  | { readonly type: 'send'; readonly message: SessionMessage }
  /** Waits for the nth message of a type since the last wait, or for the end of the connection. */
  | { readonly type: 'until'; readonly message: string; readonly count: number }

/** Reads every transcript of a folder. Throws for a line that is none of ours. */
export function readTranscripts(folder: string): readonly Transcript[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .toSorted()
    .flatMap((file) => parse(file, readFileSync(join(folder, file), 'utf8')))
}

function parse(file: string, text: string): readonly Transcript[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n')
      const steps = lines.filter((line) => line.trim() !== '').flatMap((line) => parseLine(line, file))
      return { file, title, steps }
    })
}

function parseLine(line: string, file: string): readonly Step[] {
  const match = /^(?:repeat (\d+) )?send (\w+)(?: (\{.*\}))?$/.exec(line)
  if (match !== null) {
    const message = messageOf(match[2] ?? '', JSON.parse(match[3] ?? '{}') as Record<string, unknown>)
    return Array.from({ length: Number(match[1] ?? 1) }, () => ({ type: 'send', message }))
  }
  const until = /^until (\w+)(?: (\d+))?$/.exec(line)
  if (until === null) throw new Error(`${file}: not a line of a transcript: ${line}`)
  return [{ type: 'until', message: until[1] ?? '', count: Number(until[2] ?? 1) }]
}

/** A message from its fields; those left out have the protocol's usual values, and byte strings are given as text or as {"hex": "…"}. */
function messageOf(type: string, given: Record<string, unknown>): SessionMessage {
  const fields: Record<string, unknown> = { ...DEFAULTS[type], ...given, type }
  if (type === 'Bind') fields['parameters'] = (fields['parameters'] as readonly unknown[]).map(bytesOf)
  if (type === 'FunctionCall') fields['arguments'] = (fields['arguments'] as readonly unknown[]).map(bytesOf)
  if (type === 'CopyData') fields['data'] = bytesOf(fields['data'])
  return fields as unknown as SessionMessage
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value === null) return null
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  return Buffer.from((value as { readonly hex: string }).hex, 'hex')
}

const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Parse: { name: '', parameterTypes: [] },
  Bind: { portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats: [] },
  Describe: { name: '' },
  Execute: { portal: '', maxRows: 0 },
  Close: { name: '' },
  FunctionCall: { argumentFormats: [], arguments: [], resultFormat: 0 },
}
