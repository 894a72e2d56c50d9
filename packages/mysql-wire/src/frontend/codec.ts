import type { Reader, Writer } from '@sallyport/bytes'
import type { Capabilities } from '../capabilities.ts'
import type { ParameterType } from './parameters.ts'

/** What is known of a prepared statement, without which its execution cannot be read. */
export interface StatementShape {
  readonly parameterCount: number
  /** Types of the last execution; undefined before the first. */
  readonly parameterTypes: readonly ParameterType[] | undefined
  /** Parameters that COM_STMT_SEND_LONG_DATA sent for the next execution. */
  readonly longData: ReadonlySet<number>
}

/** What commands are read and written with. */
export interface CommandContext {
  readonly capabilities: Capabilities
  /** The statement with this id; undefined when it is not known. {@link LAST_STATEMENT} asks for the last that was prepared. */
  readonly shapeFor: (statementId: number) => StatementShape | undefined
}

/** How the payload of a command is read and written, behind its number. */
export interface CommandCodec<M> {
  readonly decode: (body: Reader, context: CommandContext) => M
  readonly encode: (message: M, body: Writer, context: CommandContext) => void
}

/** MariaDB: the statement that was prepared last, whose id need not be known yet. Spec: MariaDB, "COM_STMT_EXECUTE". */
export const LAST_STATEMENT = 0xffff_ffff
