import { lintPolicy } from '@sallyport/policy'
import type { GatewaySection } from '../shape/gateway.ts'
import type { PolicyFile } from '../types.ts'
import type { Context } from './context.ts'
import { connectionsOf, pathInFile, policyOf } from './gateway.ts'

/**
 * What of a `gateway:` section verdicts depend on; what is wrong or unwise about it goes to the context. The engine is taken as it is written:
 * verdicts on a dialect can be asked for before sessions of it can be had.
 */
export function policyFile(section: GatewaySection, written: unknown, context: Context): PolicyFile {
  const policy = policyOf(section, context)
  const connections = connectionsOf(section, context).map(({ name, engine, functions }, index) => {
    const named = engineAt(written, index) ?? engine
    return {
      name,
      engine: named,
      dialect: named === 'postgres' ? ('postgres' as const) : ('mysql' as const),
      functions,
    }
  })
  if (context.problems.length === 0) {
    for (const { message, path } of lintPolicy(policy)) context.warn(pathInFile(path), message)
  }
  return {
    policy,
    connections,
    identities: (section.identity.tokens ?? []).map(({ subject, email, groups, kind }) => ({
      subject,
      email,
      groups: groups ?? [],
      method: 'token',
      kind: kind ?? 'human',
    })),
  }
}

function engineAt(written: unknown, index: number): string | undefined {
  const { gateway } = written as { gateway?: { connections?: readonly { engine?: unknown }[] } }
  const engine = gateway?.connections?.[index]?.engine
  return typeof engine === 'string' ? engine : undefined
}
