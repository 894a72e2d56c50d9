import { Reader } from '@sallyport/bytes'
import type { Exposure } from '@sallyport/masking'
import {
  type Conversation,
  type ConversationEvent,
  type Entry,
  type PacketRun,
  PacketScanner,
  packetsOf,
  type RawPacket,
  readTextRow,
  renumberPackets,
  type ScannerSink,
} from '@sallyport/mysql-wire'
import { readVariables } from '../../database/mysql/variables.ts'
import { partAt } from '../../masking/facts.ts'
import type { StatementJudge } from '../../masking/judge.ts'
import type { ResultGate } from '../../masking/mysql/result-gate.ts'
import type { SessionMemory } from '../../masking/mysql/session-memory.ts'
import type { ClientOutput } from '../client-output.ts'
import { RelayError } from '../errors.ts'
import type { SessionFloor } from './floor.ts'
import type { MessageMask } from './message-mask.ts'
import type { SentCommand } from './sent-command.ts'
import type { TextSettings } from './text-settings.ts'

export interface BackendOptions {
  readonly conversation: Conversation<SentCommand>
  readonly judge: StatementJudge
  readonly memory: SessionMemory
  readonly settings: TextSettings
  readonly floor: SessionFloor
  readonly gate: ResultGate
  readonly mask: MessageMask
  /** Bound for one message that is read whole: what is masked, and everything that is no row. */
  readonly maxMessageBytes: number
  readonly output: ClientOutput
  /** Reading from the database must stop, or may go on. */
  readonly onHold: (held: boolean) => void
  /** Replies have come. */
  readonly onProgress: () => void
  readonly onFailure: (error: unknown) => void
}

/**
 * The way of the database's packets to the client. Rows that nothing protected can be in pass as they are, without being looked at; every other packet
 * is read whole, and what could show a protected value is taken out of it.
 */
export class BackendSide implements ScannerSink {
  readonly #options: BackendOptions
  readonly #scanner: PacketScanner
  readonly #conversation: Conversation<SentCommand>
  /** What came while the catalogue was being read: packets first, then chunks. */
  readonly #messages: RawPacket[] = []
  readonly #chunks: Uint8Array[] = []
  #held = false
  /** How much the ids of the client's packets are ahead of the database's: a masked row may take fewer packets, or more. */
  #shift = 0
  /** Statements answered so far. */
  #statement = 0

  constructor(options: BackendOptions) {
    this.#options = options
    this.#scanner = new PacketScanner({ maxMessageBytes: options.maxMessageBytes, side: 'backend' })
    this.#conversation = options.conversation
  }

  /** Bytes from the database, which nobody changes any more. */
  push(chunk: Uint8Array): void {
    if (this.#held) {
      this.#chunks.push(chunk)
      return
    }
    try {
      this.#scanner.scan(chunk, this)
      this.#options.output.flush()
      this.#options.onProgress()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  /** An answer of the agent's own, whose turn it is. */
  answer(bytes: Uint8Array): void {
    this.#options.output.message(bytes)
    this.#options.output.flush()
  }

  streams(firstByte: number, length: number): boolean | 'whole' {
    if (this.#held || !this.#conversation.streams(firstByte, length)) return false
    const { current } = this.#conversation
    if (current?.injected === true) return false
    const fate = this.#options.gate.fate(current)
    return fate === 'mask' ? 'whole' : fate === 'pass' && this.#shift === 0
  }

  run(run: PacketRun): void {
    const { gate, output } = this.#options
    const fate = gate.fate(this.#conversation.current)
    if (this.#conversation.rows(run) === 'drop') return
    if (fate === 'mask') {
      this.#shift += gate.maskRun(run.bytes, (run.sequence + this.#shift) & 0xff, output.buffer) - run.packets
      output.spill()
    } else output.run(run.bytes)
  }

  message(raw: RawPacket): void {
    if (this.#held) this.#messages.push(kept(raw))
    else if (this.#conversation.streams(raw.payload[0] ?? -1, raw.payload.length)) this.#row(raw)
    else this.#reply(raw)
  }

  #row(raw: RawPacket): void {
    const { gate, output } = this.#options
    const entry = this.#conversation.current
    if (entry?.injected === true) return this.#ownRow(entry, raw)
    const fate = gate.fate(entry)
    if (fate === 'wait') return this.#hold(raw)
    const sequence = (raw.sequence + this.#shift) & 0xff
    this.#conversation.backend(raw)
    if (fate === 'pass') {
      output.message(this.#shift === 0 ? raw.bytes : renumberPackets(raw.bytes, sequence))
      return
    }
    const packets = gate.mask(raw, sequence, output.buffer)
    this.#shift += packets - packetsOf(raw.payload.length)
    output.spill()
  }

  /** A row of the agent's own question. */
  #ownRow(entry: Entry<SentCommand>, raw: RawPacket): void {
    const columns = entry.columnCount
    const asks = entry.context?.asksVariables === true
    entry.context?.exchange?.row(raw, entry)
    this.#conversation.backend(raw)
    if (!asks) return
    const { values } = readTextRow(new Reader(raw.payload), columns)
    const { readOnly, ...variables } = readVariables(
      values.map((value) => (value === null ? undefined : Buffer.from(value).toString('utf8'))),
    )
    if (this.#options.floor.readOnly && !readOnly) {
      throw new RelayError('floor-broken', 'the database did not keep the session read-only')
    }
    this.#options.settings.told(variables)
  }

  /** The catalogue does not hold what the result names: everything waits until it has been read again. */
  #hold(raw: RawPacket): void {
    this.#held = true
    this.#messages.push(kept(raw))
    this.#options.onHold(true)
    void this.#refresh()
  }

  async #refresh(): Promise<void> {
    try {
      await this.#options.judge.refresh(true)
      this.#options.gate.settle(this.#conversation.current)
      this.#resume()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  #resume(): void {
    this.#held = false
    const messages = this.#messages.splice(0)
    for (const message of messages) this.message(message)
    const chunks = this.#chunks.splice(0)
    for (const chunk of chunks) this.push(chunk)
    if (this.#held) return
    this.#options.output.flush()
    this.#options.onHold(false)
    this.#options.onProgress()
  }

  #reply(raw: RawPacket): void {
    const { output } = this.#options
    // Answers change what is current, so its exposure is taken first.
    const entry = this.#conversation.current
    const shift = this.#shift
    const exposure = exposureOf(entry)
    const step = this.#conversation.backend(raw)
    for (const event of step.events) this.#happened(event)
    if (step.action === 'replace') output.message(step.bytes)
    if (step.action === 'forward') {
      const bytes = this.#masked(raw, step.events, entry, exposure)
      output.message(shift === 0 ? bytes : renumberPackets(bytes, (raw.sequence + shift) & 0xff))
    }
    for (const bytes of step.following) output.message(bytes)
  }

  #masked(
    raw: RawPacket,
    events: readonly ConversationEvent<SentCommand>[],
    entry: Entry<SentCommand> | undefined,
    exposure: Exposure,
  ): Uint8Array {
    const { mask } = this.#options
    const [event] = events
    if (event?.type === 'failed' || event?.type === 'terminated')
      return mask.error(raw, entry?.context?.facts, exposure)
    if (event?.type === 'completed') return event.reply.type === 'OK' ? mask.ok(raw, exposure) : raw.bytes
    return isDefinition(raw.payload) ? mask.definition(raw, entry?.context?.facts, exposure) : raw.bytes
  }

  #happened(event: ConversationEvent<SentCommand>): void {
    switch (event.type) {
      case 'completed':
        this.#completed(event)
        return
      case 'failed':
        this.#failed(event)
        return
      case 'answered':
        // A statement that was refused here has its number, too.
        if (event.entry.context?.facts !== undefined) this.#statement += 1
        return
      case 'prepared':
        event.entry.context?.exchange?.prepared(event.statement)
        return
      case 'described':
      case 'infile':
      case 'progress':
      case 'terminated':
    }
  }

  #completed({ entry, index, more }: Extract<ConversationEvent<SentCommand>, { readonly type: 'completed' }>): void {
    const { judge, settings } = this.#options
    const { facts, schema } = entry.context ?? {}
    if (facts !== undefined && runs(entry.type)) {
      const { statement } = partAt(facts, index)
      if (facts.source !== undefined && index < Math.max(facts.parts.length, 1)) settings.done(statement)
      if (statement === undefined || CHANGING.some((effect) => statement.effects.has(effect))) judge.changed()
    }
    if (schema !== undefined) settings.usedSchema(schema)
    if (more) return
    this.#over(entry)
    entry.context?.exchange?.over(undefined)
  }

  #failed({ entry, error, index }: Extract<ConversationEvent<SentCommand>, { readonly type: 'failed' }>): void {
    const { exchange, facts } = entry.context ?? {}
    if (exchange !== undefined) exchange.over(error)
    else if (entry.injected) {
      throw new RelayError('floor-broken', 'the database refused what the session rests on')
    }
    if (facts !== undefined && runs(entry.type)) this.#options.settings.failed(partAt(facts, index).statement)
    this.#over(entry)
  }

  /** A command is over: what was hidden of it is told, before its last packet leaves. */
  #over(entry: Entry<SentCommand>): void {
    const { gate, output, settings } = this.#options
    this.#shift = 0
    if (entry.context?.settles === true) settings.answered()
    if (entry.injected) return
    const redactions = gate.takeRedactions(this.#statement)
    if (redactions.length > 0) output.control({ type: 'report', redactions })
    if (entry.context?.facts !== undefined) this.#statement += 1
  }
}

/** What could be in a packet that comes now. */
function exposureOf(entry: Entry<SentCommand> | undefined): Exposure {
  if (entry?.context === undefined) return 'none'
  const { facts } = entry.context
  if (facts !== undefined) return facts.exposure
  // Other people's statements.
  return entry.type === 'COM_PROCESS_INFO' ? 'unknown' : 'none'
}

/** Whether a command runs its statement. */
function runs(type: Entry<SentCommand>['type']): boolean {
  return type === 'COM_QUERY' || type === 'COM_STMT_EXECUTE' || type === 'COM_STMT_BULK_EXECUTE'
}

/** Whether a packet that is no row, no end and no error describes a column: it begins with the catalogue `def`. */
function isDefinition(payload: Uint8Array): boolean {
  return (
    payload.length > MIN_DEFINITION_BYTES &&
    payload[0] === 3 &&
    payload[1] === 0x64 &&
    payload[2] === 0x65 &&
    payload[3] === 0x66
  )
}

/** A packet that outlives the chunk it came in. */
function kept(raw: RawPacket): RawPacket {
  const bytes = raw.bytes.slice()
  const whole = raw.payload.length === bytes.length - 4
  return { ...raw, bytes, payload: whole ? bytes.subarray(4) : raw.payload.slice() }
}

const MIN_DEFINITION_BYTES = 16
const CHANGING = ['ddl', 'procedural', 'unknown'] as const
