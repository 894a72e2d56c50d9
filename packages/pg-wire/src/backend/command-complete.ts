import type { Codec } from '../codec.ts'

/** CommandComplete (B) ends a statement that succeeded. Spec: protocol-message-formats, "CommandComplete". */
export interface CommandComplete {
  readonly type: 'CommandComplete'
  /** The command's name, for some with a count of rows: `SELECT 3`, `INSERT 0 1`, `CREATE TABLE`. */
  readonly commandTag: string
}

export const CommandComplete: Codec<CommandComplete> = {
  tag: 0x43, // 'C'
  decode: (body) => ({ type: 'CommandComplete', commandTag: body.cstring() }),
  encode: (message, body) => {
    body.cstring(message.commandTag)
  },
}
