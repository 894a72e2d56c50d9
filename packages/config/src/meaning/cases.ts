import type { ConfigDocument } from '../document/parse.ts'
import type { CasesFile } from '../shape/cases.ts'
import type { PolicyAsking, PolicyCase, PolicyCases } from '../types.ts'

/** The cases of a file, each with what it takes from the defaults. */
export function policyCases({ policy, defaults, cases }: CasesFile, document: ConfigDocument): PolicyCases {
  return {
    policy,
    cases: cases.map((one, index): PolicyCase => {
      const { name, sql, expect: action, rules, observed, ...own } = one
      return {
        line: document.problemAt(['cases', index], '').line ?? 1,
        name,
        asking: askingOf({ ...defaults, ...own }),
        sql,
        expected: { action, rules, observed },
      }
    }),
  }
}

function askingOf({ as = '', on = '', at, cost, server, database }: NonNullable<CasesFile['defaults']>): PolicyAsking {
  const who = typeof as === 'string' ? { user: as, groups: undefined, kind: undefined } : as
  return {
    user: who.user,
    groups: who.groups,
    kind: who.kind,
    connection: on,
    at: at === undefined ? undefined : new Date(at),
    cost,
    server,
    database,
  }
}
