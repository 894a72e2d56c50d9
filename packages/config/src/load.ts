import { dirname } from 'node:path'
import type { z } from 'zod'
import { parseConfig, type ConfigDocument } from './document/parse.ts'
import { readText } from './document/read.ts'
import { ConfigError, type Problem } from './errors.ts'
import { agentConfig } from './meaning/agent.ts'
import { Context } from './meaning/context.ts'
import { checkTogether } from './meaning/dev.ts'
import { gatewayConfig } from './meaning/gateway.ts'
import { policyCases } from './meaning/cases.ts'
import { policyFile } from './meaning/policy.ts'
import { agentSection } from './shape/agent.ts'
import { checkShape } from './shape/check.ts'
import { gatewaySection } from './shape/gateway.ts'
import { casesFile } from './shape/cases.ts'
import { section } from './shape/values.ts'
import type { AgentConfig, DevConfig, GatewayConfig, PolicyCases, PolicyFile } from './types.ts'
import { takeUnavailable } from './unavailable.ts'

/** A configuration with what should be known about it. */
export interface Loaded<T> {
  readonly config: T
  /** What is unwise but not wrong. */
  readonly warnings: readonly Problem[]
  /** Absolute paths of the files that it was made of; a change of one is a change of the configuration. */
  readonly files: readonly string[]
}

export interface LoadOptions {
  /** Where `env:` references look; default the environment of the process. */
  readonly env?: Readonly<NodeJS.ProcessEnv>
}

/** Loads the `gateway:` section of a file. An `agent:` section beside it must have the right shape, and is otherwise left to the agent. Throws ConfigError. */
export function loadGateway(path: string, options: LoadOptions = {}): Promise<Loaded<GatewayConfig>> {
  return load(path, options, gatewayFile, (value, context) => gatewayConfig(value.gateway, context))
}

/** Loads the `agent:` section of a file. A `gateway:` section beside it must have the right shape, and is otherwise left to the gateway. Throws ConfigError. */
export function loadAgent(path: string, options: LoadOptions = {}): Promise<Loaded<AgentConfig>> {
  return load(path, options, agentFile, (value, context) => agentConfig(value.agent, context))
}

/** Loads both sections of a file, and checks what they must agree about. Throws ConfigError. */
export function loadDev(path: string, options: LoadOptions = {}): Promise<Loaded<DevConfig>> {
  return load(path, options, devFile, (value, context) => {
    const config = { gateway: gatewayConfig(value.gateway, context), agent: agentConfig(value.agent, context) }
    checkTogether(config, context)
    return config
  })
}

/**
 * Loads the policy of the `gateway:` section: everything that a verdict depends on, and nothing that is secret, so that it can be checked
 * where no reference leads anywhere. What this version does not have yet is a warning. Throws ConfigError.
 */
export function loadPolicy(path: string, options: LoadOptions = {}): Promise<Loaded<PolicyFile>> {
  return load(
    path,
    options,
    gatewayFile,
    (value, context, document) => policyFile(value.gateway, document.value, context),
    true,
  )
}

/** Loads a file of cases for a policy. Throws ConfigError. */
export function loadPolicyCases(path: string): Promise<Loaded<PolicyCases>> {
  return load(path, { env: {} }, casesFile, (value, _context, document) => policyCases(value, document))
}

/** A file for `sallyport gateway`. */
export const gatewayFile = section({ gateway: gatewaySection, agent: agentSection.optional() })
/** A file for `sallyport agent`. */
export const agentFile = section({ gateway: gatewaySection.optional(), agent: agentSection })
/** A file for `sallyport dev`. */
export const devFile = section({ gateway: gatewaySection, agent: agentSection })

async function load<W, T>(
  path: string,
  { env = process.env }: LoadOptions,
  shape: z.ZodType<W>,
  meaning: (value: W, context: Context, document: ConfigDocument) => T,
  lenient = false,
): Promise<Loaded<T>> {
  const document = parseConfig(path, await readText(path, MAX_FILE_BYTES))
  const { rest, unavailable } = takeUnavailable(document.value)
  const { problems: misshapen, value } = checkShape(shape, rest)
  const context = new Context(dirname(path), env)
  const config = value === undefined ? undefined : { is: meaning(value, context, document) }
  const problems = place(document, [...(lenient ? [] : unavailable), ...misshapen, ...context.problems])
  if (problems.length > 0 || config === undefined) {
    const code = misshapen.length + context.problems.length === 0 ? 'unavailable' : 'invalid'
    throw new ConfigError(code, problems)
  }
  const warnings = place(document, [...(lenient ? unavailable : []), ...context.warnings])
  return { config: config.is, warnings, files: context.files }
}

/** In the order of the file, one problem for a place: what is said first about it is what matters. */
function place(
  document: ConfigDocument,
  found: readonly { readonly path: readonly (string | number)[]; readonly message: string }[],
): readonly Problem[] {
  const problems = new Map<string, Problem>()
  for (const { path, message } of found) {
    const problem = document.problemAt(path, message)
    if (!problems.has(problem.path)) problems.set(problem.path, problem)
  }
  return [...problems.values()].toSorted(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  )
}

const MAX_FILE_BYTES = 1024 * 1024
