import { expect, test } from 'vitest'
import {
  CLIENT,
  Conversation,
  type ConversationEvent,
  decodeFrontend,
  encodeBackend,
  encodeFrontend,
  encodePackets,
  type ErrPacket,
  type OkPacket,
  PacketReader,
  PacketScanner,
  type SessionCommand,
  statementIdOf,
} from './index.ts'

// The example of the README, with the names it leaves open filled in.
test('the example relays what is allowed and answers what is not', () => {
  const capabilities = { flags: CLIENT.PROTOCOL_41 | CLIENT.DEPRECATE_EOF, extended: 0 }
  const errPacket: ErrPacket = { type: 'ERR', errorCode: 1142, sqlState: '42000', message: 'refused' }
  const text = (query: string): SessionCommand => ({
    type: 'COM_QUERY',
    attributes: [],
    query: new TextEncoder().encode(query),
  })
  const isAllowed = (message: SessionCommand): boolean =>
    message.type === 'COM_QUERY' && new TextDecoder().decode(message.query) === 'SELECT 1'
  const commands = { capabilities, shapeFor: () => undefined }
  const chunkFromFrontend = Uint8Array.from([
    ...encodeFrontend(text('SELECT 1'), commands),
    ...encodeFrontend(text('DROP TABLE t'), commands),
    ...encodePackets(Uint8Array.of(0x12, 0, 0), 0), // COM_BINLOG_DUMP
  ])
  const end: OkPacket = {
    type: 'OK',
    end: true,
    affectedRows: 0n,
    lastInsertId: 0n,
    status: 2,
    warnings: 0,
    info: '',
    sessionState: undefined,
  }
  const result = [
    encodeBackend({ type: 'ColumnCount', columns: 1, metadataFollows: true }, capabilities, 1),
    encodeBackend(
      {
        type: 'ColumnDefinition',
        catalog: 'def',
        schema: '',
        table: '',
        orgTable: '',
        name: '1',
        orgName: '',
        extended: new Uint8Array(0),
        characterSet: 63,
        columnLength: 1,
        columnType: 8,
        flags: 0,
        decimals: 0,
        defaultValue: undefined,
      },
      capabilities,
      2,
    ),
    encodePackets(Uint8Array.of(1, 0x31), 3),
    encodeBackend(end, capabilities, 4),
  ]
  const chunkFromBackend = Uint8Array.from(result.flatMap((bytes) => [...bytes]))
  const sent: Uint8Array[] = []
  const toBackend = (bytes: Uint8Array): number => sent.push(bytes)
  const shown: number[] = []
  const toFrontend = (bytes: Uint8Array): number => shown.push(...bytes)
  const events: string[] = []
  const note = (event: ConversationEvent<string>): number => events.push(event.type)

  const conversation = new Conversation<string>({ capabilities })
  const reader = new PacketReader({ maxMessageBytes: 64 * 1024 * 1024 })

  reader.push(chunkFromFrontend)
  for (let raw = reader.next(); raw !== undefined; raw = reader.next()) {
    const message = decodeFrontend(raw, conversation.commands)
    const facts = { sequence: raw.nextSequence }
    const id = statementIdOf(message)
    const isKnown = id === undefined || conversation.statementFor(id).state === 'known'
    if (message.type !== 'unavailable' && isKnown && isAllowed(message)) {
      const rewritten = conversation.rewrite(message)
      conversation.frontend(message, 'what I want to find again', facts)
      toBackend(rewritten ?? raw.bytes)
    } else {
      const answer = conversation.refuse(message, errPacket, undefined, facts)
      if (answer.toBackend !== undefined) toBackend(answer.toBackend)
      if (answer.toFrontend !== undefined) toFrontend(answer.toFrontend)
    }
  }

  const scanner = new PacketScanner({ maxMessageBytes: 64 * 1024 * 1024 })
  scanner.scan(chunkFromBackend, {
    streams: (firstByte, length) => conversation.streams(firstByte, length),
    run: (run) => {
      if (conversation.rows(run) === 'forward') toFrontend(run.bytes)
    },
    message: (raw) => {
      const step = conversation.backend(raw)
      if (step.action === 'forward') toFrontend(raw.bytes)
      if (step.action === 'replace') toFrontend(step.bytes)
      for (const bytes of step.following) toFrontend(bytes)
      for (const event of step.events) note(event)
    },
  })

  const refusal = encodeBackend(errPacket, capabilities, 1)
  expect(sent).toHaveLength(1)
  expect(shown).toEqual([...chunkFromBackend, ...refusal, ...refusal])
  expect(events).toEqual(['described', 'completed', 'answered', 'answered'])
})
