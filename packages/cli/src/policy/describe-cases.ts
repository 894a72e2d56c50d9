import type { Answer, CaseResult } from './run-case.ts'

/** One line for a case that is as expected; one that is not shows what was expected (-) and what came (+). */
export function describeCase(
  file: string,
  { line, name, ok, expected, actual, messages, problem }: CaseResult,
): string {
  if (ok) return `ok      ${file}:${line}  ${name}\n`
  const lines = [`not ok  ${file}:${line}  ${name}`]
  if (problem !== undefined) lines.push(`          ${problem}`)
  else {
    for (const key of ['verdict', 'rules', 'observed'] as const) lines.push(...difference(key, expected, actual))
    for (const message of messages) lines.push(`          ${message}`)
  }
  return `${lines.join('\n')}\n`
}

function difference(key: keyof Answer, expected: Answer, actual: Answer): readonly string[] {
  const [wanted, came] = [shown(expected[key]), shown(actual[key])]
  if (wanted === undefined || wanted === came) return []
  return [`          ${key.padEnd(8)} - ${wanted}`, `          ${' '.repeat(8)} + ${came ?? 'none'}`]
}

function shown(value: Answer[keyof Answer]): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return value.length === 0 ? 'none' : value.join(', ')
}
