import type { Analysis, Identity, Verdict } from '@sallyport/core'
import type { Estimates } from '@sallyport/guardrails'
import { isOf } from './audience.ts'
import { compileConnections, type CompiledConnection, type CompiledPolicy } from './compile.ts'
import type { PolicyConfig } from './config.ts'
import { PolicyError, type PolicyProblem } from './errors.ts'
import { explainWith, type Explanation } from './explain.ts'
import { judgeFor, type Judge } from './judge.ts'
import { denial } from './verdict.ts'

/** Who asks what, on which connection, and when. */
export interface Request {
  readonly identity: Identity
  /** The connection's name. */
  readonly connection: string
  readonly analysis: Analysis
  readonly now: Date
  /** What the database's planner says; a verdict that wants it names the statements in `estimate`. */
  readonly estimates?: Estimates | undefined
}

/** Whether an identity may use a connection. The reason is for logs and for `explain`: to the client, a connection that is not theirs does not exist. */
export interface Access {
  readonly granted: boolean
  readonly reason: string
}

/** A compiled policy. It never changes; a reload makes another, which running sessions take up at their next statement. */
export interface Policy {
  /** The verdict on a text. Never throws: whatever goes wrong is a denial. */
  readonly decide: (request: Request) => Verdict
  readonly access: (identity: Identity, connection: string) => Access
  /** Names of the connections that the identity may use, sorted. */
  readonly connectionsFor: (identity: Identity) => readonly string[]
  /** The facts, every rule and what became of it, the verdict, and what would be allowed. */
  readonly explain: (request: Request) => Explanation
}

/** Compiles a policy. Throws PolicyError with everything that is wrong with it. */
export function compilePolicy(config: PolicyConfig): Policy {
  const compiled = compileConnections(config)
  const [first, ...others] = compiled.problems
  if (first !== undefined) throw new PolicyError([first, ...others])
  return policyOver(compiled)
}

/** What is wrong with a policy; empty when nothing is. */
export function checkPolicy(config: PolicyConfig): readonly PolicyProblem[] {
  return compileConnections(config).problems
}

function policyOver({ connections }: CompiledPolicy): Policy {
  const judges = new WeakMap<Identity, Map<string, Judge>>()
  const decide = ({ identity, connection, analysis, now, estimates }: Request): Verdict => {
    try {
      const judge = judges.get(identity)?.get(connection) ?? appoint(identity, connection)
      return judge.decide(analysis, now.getTime(), estimates)
    } catch {
      return denial('guard-failure', 'The guard could not decide about this statement, so it is refused.', undefined)
    }
  }
  const appoint = (identity: Identity, name: string): Judge => {
    const connection = connections.get(name)
    const judge =
      connection !== undefined && accessTo(identity, connection).granted ? judgeFor(identity, connection) : NO_ACCESS
    let mine = judges.get(identity)
    if (mine === undefined) judges.set(identity, (mine = new Map()))
    // A name that no connection has may be anything a client sends, so it is not kept.
    if (connection !== undefined) mine.set(name, judge)
    return judge
  }
  return {
    decide,
    access: (identity, name) => accessTo(identity, connections.get(name)),
    connectionsFor: (identity) =>
      [...connections]
        .filter(([, connection]) => accessTo(identity, connection).granted)
        .map(([name]) => name)
        .toSorted(),
    explain: (request) => {
      const connection = connections.get(request.connection)
      return explainWith(request, connection, accessTo(request.identity, connection), decide(request))
    },
  }
}

function accessTo(identity: Identity, connection: CompiledConnection | undefined): Access {
  if (connection === undefined) return { granted: false, reason: 'There is no such connection.' }
  const { name, access } = connection.config
  if (access === undefined) return { granted: false, reason: `The connection ${name} gives access to nobody.` }
  return isOf(identity, access)
    ? { granted: true, reason: `The connection ${name} gives access to ${identity.subject}.` }
    : { granted: false, reason: `The connection ${name} gives no access to ${identity.subject}.` }
}

const NO_ACCESS: Judge = {
  decide: () =>
    denial(
      'access',
      'You have no access to this connection.',
      'Ask its operator for a group that has, or use another connection.',
    ),
}
