import { readFileSync } from 'node:fs'

/** One line of an attack list, and the verdict that a user of a read-only connection gets. */
export interface Case {
  readonly family: string
  /**
   * `refused`: never reaches the database. `harmless`: may pass, changes nothing, and ends. `allowed`: must pass; refusing it is a fault as well.
   */
  readonly verdict: 'refused' | 'harmless' | 'allowed'
  /** Why that is the verdict. */
  readonly why: string
  readonly sql: string
  /** Appended to `sql`, for texts that are too long to write down. */
  readonly repeat?: { readonly text: string; readonly times: number }
  /** The text shows nothing of what it does: only the read-only floor of the agent holds it. */
  readonly floor?: true
  /** The one server that reads it so; the others take it for something else, or for nothing. */
  readonly only?: 'mariadb' | 'mysql'
}

/** The cases of a file, by family. */
export function casesOf(name: string): ReadonlyMap<string, readonly Case[]> {
  const text = readFileSync(new URL(`cases/${name}.jsonl`, import.meta.url), 'utf8')
  const families = new Map<string, Case[]>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const one = JSON.parse(line) as Case
    families.set(one.family, [...(families.get(one.family) ?? []), one])
  }
  return families
}

/** The text that is sent. */
export function textOf({ sql, repeat }: Case): string {
  return repeat === undefined ? sql : `${sql}${repeat.text.repeat(repeat.times)}`
}

/** The text as a report shows it. */
export function shortOf(one: Case): string {
  const text = textOf(one)
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}
