import type { ErrPacket } from '../../backend/err-packet.ts'
import { type BackendMessage, encodeBackend } from '../../backend/message.ts'
import type { OkPacket } from '../../backend/ok-packet.ts'
import { type Capabilities, CLIENT } from '../../capabilities.ts'
import { encodePackets } from '../../framing/encode-packets.ts'
import { PacketReader } from '../../framing/packet-reader.ts'
import type { RawPacket } from '../../framing/raw-packet.ts'
import type { SessionCommand } from '../../frontend/message.ts'
import { SERVER_STATUS } from '../../status.ts'
import { Conversation } from '../conversation.ts'
import type { Step } from '../event.ts'

export const PLAIN: Capabilities = { flags: CLIENT.PROTOCOL_41 | CLIENT.DEPRECATE_EOF, extended: 0 }
export const FILES: Capabilities = { flags: PLAIN.flags | CLIENT.LOCAL_FILES, extended: 0 }
export const REFUSAL: ErrPacket = { type: 'ERR', errorCode: 1142, sqlState: '42000', message: 'refused' }
export const OK: OkPacket = {
  type: 'OK',
  end: false,
  affectedRows: 0n,
  lastInsertId: 0n,
  status: SERVER_STATUS.AUTOCOMMIT,
  warnings: 0,
  info: '',
  sessionState: undefined,
}
export const END: OkPacket = { ...OK, end: true }
export const TWO_COLUMNS: BackendMessage = { type: 'ColumnCount', columns: 2, metadataFollows: true }

export function column(name: string, columnType: number = 253): BackendMessage {
  return {
    type: 'ColumnDefinition',
    catalog: 'def',
    schema: 's',
    table: 't',
    orgTable: 't',
    name,
    orgName: name,
    extended: new Uint8Array(0),
    characterSet: 45,
    columnLength: 10,
    columnType,
    flags: 0,
    decimals: 0,
    defaultValue: undefined,
  }
}

export function raw(payload: Uint8Array, sequence: number): RawPacket {
  const reader = new PacketReader({ maxMessageBytes: 1 << 20 })
  reader.push(encodePackets(payload, sequence))
  const packet = reader.next()
  if (packet === undefined) throw new Error('no packet came of it')
  return packet
}

/** Tells the conversation replies with ids from `sequence` on; the last step is the result. */
export function reply<C>(
  conversation: Conversation<C>,
  sequence: number,
  messages: readonly (BackendMessage | Uint8Array)[],
  capabilities: Capabilities = PLAIN,
): Step<C> {
  let step: Step<C> | undefined
  for (const [index, message] of messages.entries()) {
    const payload = message instanceof Uint8Array ? message : encodeBackend(message, capabilities, 0).subarray(4)
    step = conversation.backend(raw(payload, (sequence + index) & 0xff))
  }
  if (step === undefined) throw new Error('no message was given')
  return step
}

export function query(text: string = 'SELECT 1'): SessionCommand {
  return { type: 'COM_QUERY', attributes: [], query: new TextEncoder().encode(text) }
}

export function execute(statementId: number, value?: string): SessionCommand {
  const parameters =
    value === undefined ? [] : [{ type: 253, unsigned: false, name: '', value: new TextEncoder().encode(value) }]
  return { type: 'COM_STMT_EXECUTE', statementId, flags: 0, parameters, bound: value !== undefined }
}

/** A conversation with statement `id` of so many parameters prepared. */
export function withStatement(id: number, parameters: number): Conversation<string> {
  const conversation = new Conversation<string>({ capabilities: PLAIN })
  conversation.frontend({ type: 'COM_STMT_PREPARE', query: new Uint8Array(0) }, `statement ${id}`)
  reply(conversation, 1, [
    { type: 'COM_STMT_PREPARE_OK', statementId: id, columns: 0, parameters, warnings: 0, metadataFollows: true },
    ...Array.from({ length: parameters }, () => column('?')),
  ])
  return conversation
}

