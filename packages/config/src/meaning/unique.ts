import type { Path } from '../document/parse.ts'
import type { Context } from './context.ts'

/** A problem at each name that an earlier entry has already. */
export function unique(
  entries: readonly { readonly name: string }[],
  what: string,
  path: Path,
  context: Context,
): void {
  const seen = new Set<string>()
  for (const [index, { name }] of entries.entries()) {
    if (seen.has(name)) context.problem([...path, index, 'name'], `There are two ${what} ${name}.`)
    seen.add(name)
  }
}
