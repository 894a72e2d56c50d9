import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBackend, encodeBackend, type BackendMessage } from '../backend/message.ts'
import { noticeField } from '../backend/notice-fields.ts'
import { RawMessage } from '../framing/raw-message.ts'
import { decodeFrontend, type SessionMessage } from '../frontend/message.ts'
import { Conversation } from './conversation.ts'
import type { Entry } from './entry.ts'
import { ModelServer } from './testdata/server.ts'
import { bind, error, parse } from './testdata/talk.ts'

/** What the frontend sends, and what becomes of it on the way. */
interface Sent {
  readonly message: SessionMessage
  readonly refused: boolean
  /** How many replies may stay on their way when it is sent. */
  readonly lag: number
}

/** Replies travel behind the messages, so the conversation is told of each only when it is let through. */
class Session {
  readonly conversation = new Conversation<number>()
  readonly #server = new ModelServer()
  readonly #onTheWay: BackendMessage[] = []
  /** For every message that is owed something, what came of it, and the texts of rows under their message. */
  readonly outcomes = new Map<number, string[]>()
  /** Texts of statements that ran, where the conversation knew them. */
  readonly ran: { readonly known: string | undefined; readonly actual: string }[] = []
  /** Replies that came out of order, and errors that are not the right ones. */
  readonly mistakes: string[] = []
  readonly #texts: (string | undefined)[] = []
  #position = -1

  send({ message, refused, lag }: Sent, id: number): void {
    this.#texts[id] = message.type === 'Parse' || message.type === 'Query' ? message.query : undefined
    if (refused) {
      const bytes = this.conversation.refuse(message, error(`refusal ${id}`), id)
      this.#reach(decodeFrontend(new RawMessage(bytes)))
    } else {
      this.conversation.frontend(message, id)
      this.#reach(message)
    }
    this.deliver(lag)
  }

  /** Lets replies through until only so many are left. */
  deliver(left: number): void {
    while (this.#onTheWay.length > left && !this.conversation.terminated) this.#receive(this.#onTheWay.shift()!)
  }

  #reach(message: SessionMessage): void {
    this.#onTheWay.push(...this.#server.receive(message))
  }

  #receive(message: BackendMessage): void {
    const step = this.conversation.backend(new RawMessage(encodeBackend(message)))
    if (message.type === 'DataRow') this.#ranNow(message.values[0])
    for (const event of step.events) {
      if (event.type === 'skipped') for (const entry of event.entries) this.#note(entry, 'skipped')
      else if (event.type !== 'asynchronous' && event.type !== 'terminated') this.#note(event.entry, event.type)
      if (event.type !== 'failed') continue
      const shown = step.action === 'replace' ? decodeBackend(new RawMessage(step.bytes)) : message
      const text = shown.type === 'ErrorResponse' ? noticeField(shown, 'message') : undefined
      const right = event.refused ? `refusal ${event.entry.context}` : 'the server failed it'
      if (text !== right || event.refused !== (event.entry.refusal !== undefined))
        this.mistakes.push(`${text} for ${right}`)
    }
  }

  /** Outcomes come in the order of the messages; only of Syncs around a failed COPY nobody can tell which was answered. */
  #note(entry: Entry<number>, outcome: string): void {
    const id = entry.context ?? -1
    if (outcome !== 'skipped' && entry.type !== 'Sync') {
      if (id < this.#position) this.mistakes.push(`${outcome} of ${id} after ${this.#position}`)
      this.#position = id
    }
    this.outcomes.set(id, [...(this.outcomes.get(id) ?? []), outcome])
  }

  #ranNow(value: Uint8Array | null | undefined): void {
    const { current } = this.conversation
    const statement = current?.type === 'Query' ? current.context : current?.portal?.statement?.context
    const known = statement === undefined ? undefined : this.#texts[statement]
    this.ran.push({
      known: known?.split(';')[current?.type === 'Query' ? current.statementIndex : 0],
      actual: new TextDecoder().decode(value ?? new Uint8Array()),
    })
  }
}

const NAMES = ['', 'a', 'b'] as const
const END: SessionMessage = { type: 'Query', query: 'row#end' }

/** One step of a client: a message, or several that belong together. */
function anyStep(): fc.Arbitrary<SessionMessage[]> {
  const name = fc.constantFrom(...NAMES)
  const number = fc.nat({ max: 99 })
  const word = fc.constantFrom('row', 'row', 'rows', 'begin', 'commit', 'rollback', 'copyout', 'fail', 'nonsense', '')
  const text = fc.tuple(word, number).map(([verb, label]) => (verb === '' ? '' : `${verb}#${label}`))
  const target = fc.constantFrom('statement' as const, 'portal' as const)
  const execute = fc.record({ type: fc.constant('Execute' as const), portal: name, maxRows: fc.constantFrom(0, 0, 2) })
  const whole = fc
    .tuple(name, text, name)
    .map(([statement, query, portal]): SessionMessage[] => [
      { type: 'Close', target: 'statement', name: statement },
      parse(statement, query),
      { type: 'Close', target: 'portal', name: portal },
      bind(portal, statement),
      { type: 'Execute', portal, maxRows: 0 },
    ])
  const one = (message: fc.Arbitrary<SessionMessage>): fc.Arbitrary<SessionMessage[]> => message.map((only) => [only])
  const filler = fc.constantFrom<SessionMessage>(
    { type: 'CopyData', data: Uint8Array.of(0x31) },
    { type: 'CopyData', data: Uint8Array.of(0x21) },
    { type: 'Sync' },
    { type: 'Flush' },
  )
  const tail = fc
    .tuple(
      fc.array(filler, { maxLength: 4 }),
      fc.constantFrom<SessionMessage>({ type: 'CopyDone' }, { type: 'CopyFail', reason: '' }),
    )
    .map(([data, end]) => [...data, end])
  return fc.oneof(
    { weight: 3, arbitrary: whole },
    { weight: 3, arbitrary: fc.constant<SessionMessage[]>([{ type: 'Sync' }]) },
    one(fc.tuple(name, text).map(([statement, query]) => parse(statement, query))),
    one(fc.tuple(name, name).map(([portal, statement]) => bind(portal, statement))),
    one(execute),
    one(fc.record({ type: fc.constantFrom('Describe' as const, 'Close' as const), target, name })),
    one(
      fc
        .array(text.filter(Boolean), { minLength: 1, maxLength: 3 })
        .map((texts) => ({ type: 'Query', query: texts.join(';') })),
    ),
    one(fc.constant<SessionMessage>({ type: 'Query', query: '' })),
    one(fc.constant<SessionMessage>({ type: 'Flush' })),
    one(
      fc.constantFrom(0, 7).map((functionOid) => ({
        type: 'FunctionCall',
        functionOid,
        argumentFormats: [],
        arguments: [],
        resultFormat: 0,
      })),
    ),
    tail.map((rest): SessionMessage[] => [{ type: 'Query', query: 'row#1;copyin;row#2' }, ...rest]),
    tail.map((rest): SessionMessage[] => [
      parse('', 'copyin'),
      bind('', ''),
      { type: 'Execute', portal: '', maxRows: 0 },
      ...rest,
      { type: 'Sync' },
    ]),
  )
}

const REFUSABLE: ReadonlySet<string> = new Set([
  'Parse',
  'Bind',
  'Describe',
  'Close',
  'Execute',
  'Query',
  'FunctionCall',
])

function anyPipeline(): fc.Arbitrary<Sent[]> {
  const dice = fc.record({ roll: fc.nat({ max: 11 }), lag: fc.oneof(fc.constant(0), fc.nat({ max: 20 })) })
  return fc.array(anyStep(), { maxLength: 12 }).chain((steps) => {
    const messages = [...steps.flat(), { type: 'Sync' } as const, { type: 'Query', query: 'rollback' } as const]
    return fc.array(dice, { minLength: messages.length, maxLength: messages.length }).map((rolls) =>
      messages.map((message, index) => ({
        message,
        refused: rolls[index]?.roll === 0 && REFUSABLE.has(message.type) && index < messages.length - 2,
        lag: rolls[index]?.lag ?? 0,
      })),
    )
  })
}

test('any pipeline with any refusals gets every reply in its place, and every message one end', () => {
  fc.assert(
    fc.property(anyPipeline(), (pipeline) => {
      const session = new Session()
      for (const [id, sent] of [...pipeline, { message: END, refused: false, lag: 0 }].entries()) {
        session.send(sent, id)
        if (session.conversation.terminated) return
      }
      expect(session.mistakes).toEqual([])
      expect(session.conversation.pending).toBe(0)
      expect(session.conversation.transaction).toBe('idle')
      for (const [id, { message }] of pipeline.entries()) {
        const outcome = session.outcomes.get(id) ?? []
        expect({ id, outcome: REFUSABLE.has(message.type) ? outcome.length : 1 }).not.toMatchObject({ outcome: 0 })
      }
      for (const { known, actual } of session.ran) expect(known).toBe(actual)
    }),
    { interruptAfterTimeLimit: 4000, numRuns: 1500 },
  )
})
