import type { Path } from './document/parse.ts'

/** Something of a configuration that this version does not have yet. */
export interface Unavailable {
  readonly path: Path
  /** One sentence for the operator. */
  readonly message: string
}

/** A value without the parts that are not available yet, and what they were. They are refused, but need not hide what else is wrong. */
export function takeUnavailable(value: unknown): {
  readonly rest: unknown
  readonly unavailable: readonly Unavailable[]
} {
  const unavailable: Unavailable[] = []
  const rest = take(value, [], unavailable)
  return { rest, unavailable }
}

function take(value: unknown, path: Path, unavailable: Unavailable[]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown, index) => take(item, [...path, index], unavailable))
  if (typeof value !== 'object' || value === null) return value
  const kept: [string, unknown][] = []
  for (const [key, item] of Object.entries(value)) {
    const here = [...path, key]
    const entry = TABLE.find(
      (one) => covers(one.path.split('.'), here) && (one.value === undefined || one.value === item),
    )
    if (entry === undefined) kept.push([key, take(item, here, unavailable)])
    else {
      unavailable.push({ path: here, message: `${entry.feature} not available yet.` })
      if (entry.meanwhile !== undefined) kept.push([key, entry.meanwhile])
    }
  }
  return Object.fromEntries(kept)
}

/** `*` stands for any one key or place. */
function covers(pattern: readonly string[], path: Path): boolean {
  return pattern.length === path.length && pattern.every((part, index) => part === '*' || part === path[index])
}

interface Entry {
  readonly path: string
  /** Undefined: the key, whatever its value. */
  readonly value?: string
  /** The beginning of the sentence. */
  readonly feature: string
  /** What stands in its place while the rest is checked; undefined leaves the key out. */
  readonly meanwhile?: string
}

/** Everything that is planned, has its keys already, and is refused until it is there. */
const TABLE: readonly Entry[] = [
  { path: 'gateway.identity.oidc', feature: 'Log-in with an OpenID provider is' },
  { path: 'gateway.identity.service_accounts', feature: 'Log-in with service-account tokens is' },
  { path: 'gateway.masking.*.detect', feature: 'Detection of personal data is' },
  { path: 'gateway.masking.*.predicates', feature: 'A policy for predicates on masked columns is' },
  { path: 'agent.connections.*.floor.masking.detect', feature: 'Detection of personal data is' },
  { path: 'agent.connections.*.floor.masking.predicates', feature: 'A policy for predicates on masked columns is' },
  ...['tokenize', 'fpe', 'generalize', 'shift', 'fake'].flatMap((value) =>
    ['gateway.masking.*.columns.*.strategy', 'agent.connections.*.floor.masking.columns.*.strategy'].map((path) => ({
      path,
      value,
      feature: `The strategy ${value} is`,
      meanwhile: 'redact',
    })),
  ),
  { path: 'gateway.approvals', feature: 'Approvals are' },
  { path: 'gateway.connections.*.approvals', feature: 'Approvals are' },
  { path: 'gateway.connections.*.approvers', feature: 'Approvals are' },
  { path: 'gateway.runbooks', feature: 'Runbooks are' },
  { path: 'gateway.redis', feature: 'State shared through Redis is' },
  { path: 'gateway.mcp', feature: 'The MCP server is' },
  { path: 'gateway.listen.mcp', feature: 'The MCP server is' },
  { path: 'gateway.console', feature: 'The console is' },
  { path: 'gateway.audit.exporters', feature: 'Exporters of the audit log are' },
  { path: 'gateway.exporters', feature: 'Exporters of the audit log are' },
  ...['vault', 'aws-secrets-manager', 'aws-rds-iam', 'gcp-secret-manager', 'azure-key-vault', 'kubernetes'].map(
    (source) => ({
      path: `agent.connections.*.credentials.${source}`,
      feature: `The credential source ${source} is`,
    }),
  ),
]
