import type { Effect } from '@sallyport/core'
import type { z } from 'zod'
import type { Path } from '../document/parse.ts'
import type { functions } from '../shape/gateway.ts'
import type { Context } from './context.ts'

/** What calls of listed functions do, by name. */
export function functionEffects(
  section: z.infer<typeof functions> | undefined,
  path: Path,
  context: Context,
): ReadonlyMap<string, readonly Effect[]> {
  const effects = new Map<string, readonly Effect[]>()
  for (const name of section?.allow ?? []) effects.set(name, ['read'])
  for (const [name, does] of Object.entries(section?.effects ?? {})) {
    if (effects.has(name))
      context.problem([...path, 'effects', name], `The function ${name} is listed under allow as well.`)
    effects.set(name, does)
  }
  return effects
}
