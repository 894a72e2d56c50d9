import type { Analysis, SessionChange, Statement } from '@sallyport/core'
import type { ErrPacket, FrontendMessage } from '@sallyport/mysql-wire'
import { refusal } from './refusals.ts'

/** What the agent itself allows, whatever a gateway says. */
export interface SessionFloor {
  readonly readOnly: boolean
}

/**
 * The agent's own refusal of a text; undefined when the floor allows it. Under `readOnly` the server runs every transaction read-only by default;
 * what is refused here is what would change that default or get around it, and what nobody here can read: the server may read it otherwise.
 */
export function refuseByFloor(analysis: Analysis, floor: SessionFloor): ErrPacket | undefined {
  if (!floor.readOnly) return undefined
  if (!analysis.ok) {
    return refusal(
      `This connection is read-only, and the statement cannot be read: ${analysis.failure.message}`,
      'floor: read_only',
      'Statements that only read are allowed.',
    )
  }
  const offending = analysis.statements.find((statement) => changes(statement))
  if (offending === undefined) return undefined
  return refusal(
    `This connection is read-only, and ${offending.kind.toUpperCase().replaceAll('-', ' ')} is not`,
    'floor: read_only',
    'Statements that only read are allowed.',
  )
}

/** The same for commands that carry no text. */
export function refuseCommandByFloor(type: FrontendMessage['type'], floor: SessionFloor): ErrPacket | undefined {
  if (!floor.readOnly || !ADMINISTERING.has(type)) return undefined
  return refusal(`This connection is read-only, and ${type} is not`, 'floor: read_only', 'Statements are allowed.')
}

function changes({ effects, session }: Statement): boolean {
  // An execution of what was prepared in this session was judged when it was prepared, or is unknown to whoever judges it.
  if (session?.type === 'execute') return false
  return CHANGING.some((effect) => effects.has(effect)) || (session !== undefined && undoes(session))
}

/** Whether a change of the session takes its being read-only away. */
function undoes(change: SessionChange): boolean {
  if (change.type === 'several') return change.changes.some(undoes)
  if (change.type !== 'set' || !READ_ONLY_SETTINGS.has(change.name)) return false
  // The default is the server's own, which need not be read-only.
  return typeof change.value !== 'object' || !ON.test(change.value.literal)
}

const CHANGING = ['write', 'ddl', 'dcl', 'admin', 'file', 'network', 'procedural', 'unknown'] as const
const READ_ONLY_SETTINGS: ReadonlySet<string> = new Set(['transaction_read_only', 'tx_read_only'])
const ON = /^(?:on|true|1)$/i
const ADMINISTERING: ReadonlySet<FrontendMessage['type']> = new Set([
  'COM_PROCESS_KILL',
  'COM_REFRESH',
  'COM_DEBUG',
] as const)
