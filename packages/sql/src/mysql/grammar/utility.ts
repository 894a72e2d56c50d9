import type { Effect } from '@sallyport/core'
import type { Utility } from './ast.ts'

/** A statement without parts but those given. */
export function utility(kind: string, effects: readonly Effect[], parts: Partial<Utility> = {}): Utility {
  return {
    type: 'utility',
    kind,
    effects,
    relations: [],
    expressions: [],
    inner: [],
    runs: 'now',
    calls: undefined,
    settings: [],
    session: undefined,
    ...parts,
  }
}
