import { expect, test } from 'vitest'
import {
  Conversation,
  decodeFrontend,
  encodeBackend,
  encodeFrontend,
  type ErrorResponse,
  MessageReader,
  MessageScanner,
  noticeFields,
  type SessionMessage,
} from './index.ts'

// The example of the README, with the names it leaves open filled in.
test('the example relays what is allowed and answers what is not', () => {
  const errorResponse: ErrorResponse = {
    type: 'ErrorResponse',
    fields: noticeFields({ severity: 'ERROR', sqlState: '42501', message: 'refused' }),
  }
  const isAllowed = (message: SessionMessage): boolean => message.type !== 'Query' || message.query === 'SELECT 1'
  const chunkFromFrontend = Uint8Array.from([
    ...encodeFrontend({ type: 'Query', query: 'SELECT 1' }),
    ...encodeFrontend({ type: 'Query', query: 'DROP TABLE t' }),
  ])
  const syntaxError: ErrorResponse = { type: 'ErrorResponse', fields: noticeFields({ severity: 'ERROR' }) }
  const ready = encodeBackend({ type: 'ReadyForQuery', status: 'idle' })
  const row = encodeBackend({ type: 'DataRow', values: [null] })
  const head = encodeBackend({ type: 'RowDescription', fields: [] })
  const complete = encodeBackend({ type: 'CommandComplete', commandTag: 'SELECT 2' })
  const chunkFromBackend = Uint8Array.from(
    [head, row, row, complete, ready, encodeBackend(syntaxError), ready].flatMap((bytes) => [...bytes]),
  )
  const sent: Uint8Array[] = []
  const toBackend = (bytes: Uint8Array): number => sent.push(bytes)
  const shown: number[] = []
  const toFrontend = (bytes: Uint8Array): number => shown.push(...bytes)
  const events: string[] = []

  const conversation = new Conversation<string>({ maxPending: 1000 })
  const reader = new MessageReader({ maxMessageBytes: 64 * 1024 * 1024 })

  reader.push(chunkFromFrontend)
  for (let raw = reader.next(); raw !== undefined; raw = reader.next()) {
    const message = decodeFrontend(raw)
    if (isAllowed(message)) {
      conversation.frontend(message, 'what I want to find again')
      toBackend(raw.bytes)
    } else {
      toBackend(conversation.refuse(message, errorResponse))
    }
  }

  const scanner = new MessageScanner({ maxMessageBytes: 64 * 1024 * 1024 })
  scanner.scan(chunkFromBackend, {
    streams: (tag) => tag === 0x44 || tag === 0x64, // DataRow, CopyData
    run: (bytes, completed, tag) => {
      conversation.rows(tag, completed, bytes.length)
      toFrontend(bytes)
    },
    message: (raw) => {
      const step = conversation.backend(raw)
      if (step.action === 'forward') toFrontend(raw.bytes)
      if (step.action === 'replace') toFrontend(step.bytes)
      for (const event of step.events) events.push(event.type)
    },
  })

  expect(sent).toHaveLength(2)
  expect(Uint8Array.from(shown)).toEqual(
    Uint8Array.from(
      [head, row, row, complete, ready, encodeBackend(errorResponse), ready].flatMap((bytes) => [...bytes]),
    ),
  )
  expect(events).toEqual(['described', 'completed', 'ready', 'failed', 'ready'])
})
