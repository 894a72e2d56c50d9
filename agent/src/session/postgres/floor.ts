import type { Analysis, Statement } from '@sallyport/core'
import { type ErrorResponse, noticeFields } from '@sallyport/pg-wire'

/** What the agent itself allows, whatever a gateway says. */
export interface SessionFloor {
  readonly readOnly: boolean
}

/**
 * The agent's own refusal of a text; undefined when the floor allows it. Under `readOnly` the database runs every transaction read-only by
 * default; what is refused here is what would change that default or get around it.
 */
export function refuseByFloor(analysis: Analysis, floor: SessionFloor): ErrorResponse | undefined {
  if (!floor.readOnly || !analysis.ok) return undefined
  const offending = analysis.statements.find((statement) => changes(statement))
  if (offending === undefined) return undefined
  return refusal(
    `this connection is read-only, and ${offending.kind.toUpperCase().replaceAll('-', ' ')} is not`,
    'floor: read_only',
    'Statements that only read are allowed.',
  )
}

/** FunctionCall runs a function by its number, past everything that reads statements. */
export function refuseFunctionCall(): ErrorResponse {
  return refusal('function calls by OID are not allowed', 'floor: function_call', 'Call the function in a SELECT.')
}

/** A COPY among other statements, or with options that are not known: its stream could not be read, so it could not be masked. */
export function refuseCopy(): ErrorResponse {
  return refusal(
    'this form of COPY could show masked values',
    'masking: copy',
    'Send COPY … TO STDOUT as a statement of its own, with the options of its documentation only.',
  )
}

/** A statement that would store a protected value where nothing protects it. */
export function refuseStoring(): ErrorResponse {
  return refusal(
    'this statement would copy masked values to where they are not masked',
    'masking: write-back',
    'Store values that do not come from masked columns.',
  )
}

/** A refusal of the agent's. Spec: errcodes-appendix, 42501 insufficient_privilege. */
export function refusal(message: string, detail: string, hint: string): ErrorResponse {
  return {
    type: 'ErrorResponse',
    fields: noticeFields({ severity: 'ERROR', sqlState: '42501', message, detail, hint }),
  }
}

function changes({ effects, functions, session }: Statement): boolean {
  if (CHANGING.some((effect) => effects.has(effect))) return true
  if (session?.type === 'set' && READ_ONLY_SETTINGS.has(session.name)) {
    // `default` is the floor's own: it came with the start-up of the session.
    return session.value === 'unknown' || (session.value !== 'default' && !ON.test(session.value.literal))
  }
  return effects.has('unknown') && functions.some(({ name }) => name === 'set_config')
}

const CHANGING = ['write', 'ddl', 'dcl', 'admin', 'file', 'procedural'] as const
const READ_ONLY_SETTINGS: ReadonlySet<string> = new Set(['transaction_read_only', 'default_transaction_read_only'])
/** Spellings of true that the server takes, as far as they are ever written. */
const ON = /^(?:on|true|yes|1)$/i
