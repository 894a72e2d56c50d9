import {
  formatTime,
  segmentName,
  type AuditEvent,
  type Checkpoint,
  type Head,
  type LogOpened,
  type LogRecovered,
} from '@sallyport/audit'
import type { Batch, Segment } from './batch.ts'
import { Chain } from './chain.ts'
import { AuditUnavailableError, damaged, systemCodeOf } from './errors.ts'
import { Gap, hasHappened } from './kept.ts'
import type { AuditLog, AuditLogStatus, AuditReceipt } from './log.ts'
import { moveToNewSegment } from './move.ts'
import { openRound, type Round } from './receipt.ts'

import type { WriterStart } from './writer-start.ts'

// Theory of operation. A record passes three places, in order and without overtaking:
//
//   #chain     sealed in this turn, in memory only               its receipt: 'pending'
//   #unsynced  written to the kernel, and kept in memory         'written'
//   the disk   an fdatasync that began later has returned        'durable'
//
// `#write` moves what is sealed on with one write: at the end of the turn, at `flush`, or when a sync is about to start. A sync starts at the
// end of the turn, or when the one before is over; only one runs, and who needs the one after waits for `#next`. So the slower the disk, the larger the groups.
//
// A failed write voids what was sealed: those records do not exist, the chain goes back to the last written one, and whoever asked is refused.
// A failed sync is worse: the kernel may have dropped the pages and report success the next time, so nothing in the file behind the last
// good sync is believed. Its records were acted upon, so they are written again, unchanged, to a new segment from memory.
// In both cases `#failure` is set, every append is refused, and `#repair` tries until the log is whole, and then records the gap.

interface Failure {
  readonly cause: 'write-failed' | 'sync-failed'
  readonly error: AuditUnavailableError
  /** True while what was written since the last good sync is not believed. */
  readonly distrust: boolean
}

/** The one that appends. Nothing but `AuditLog` is for other packages. */
export class LogWriter implements Omit<AuditLog, 'close'> {
  readonly #start: WriterStart
  readonly #gap: Gap
  #segment: Segment | undefined
  readonly #chain: Chain
  /** The last written record, and the last durable one. */
  #written: Head
  #durable: Head
  #unsynced: Batch[] = []
  #unsyncedBytes = 0
  #namesChanged = false
  #running: (Round & { readonly upTo: number }) | undefined
  #next: Round | undefined
  #failure: Failure | undefined
  #stopped: AuditUnavailableError | undefined
  /** When the gap began that no record tells of yet. */
  #gapSince: string | undefined
  #repairing: Promise<void> | undefined
  #turn: NodeJS.Immediate | undefined
  /** Somebody waits for what no sync that has started covers. */
  #hurried = false
  #lazyTimer: NodeJS.Timeout | undefined
  #checkpointTimer: NodeJS.Timeout | undefined
  #retryTimer: NodeJS.Timeout | undefined
  #records = 0
  #writes = 0
  #syncs = 0
  #failures = 0

  constructor(start: WriterStart) {
    this.#start = start
    this.#gap = new Gap(start.limits.maxKeptEvents)
    this.#segment = start.segment
    const { clock, signer, stamp, head } = start
    this.#chain = new Chain({ clock, signer, stamp, maxRecordBytes: start.limits.maxRecordBytes }, head)
    this.#written = this.#durable = head
  }

  append = (event: AuditEvent): AuditReceipt => {
    const { clock, limits } = this.#start
    const problem = this.#stopped ?? this.#failure?.error
    if (problem !== undefined) {
      const kept = this.#stopped === undefined && this.#gap.add(event, clock.now())
      throw new AuditUnavailableError(problem.code, problem.message, kept, problem)
    }
    // What has happened already cannot be refused, only lost, so it may fill as much again.
    const maxBytes = hasHappened(event) ? 2 * limits.maxPendingBytes : limits.maxPendingBytes
    if (this.#chain.byteLength + this.#unsyncedBytes > maxBytes) {
      throw new AuditUnavailableError(
        'overloaded',
        'the disk of the audit log is too slow for what is to be recorded',
        false,
      )
    }
    return this.#push(event, clock.now())
  }

  flush = (receipt: AuditReceipt): void => {
    // The sync starts before what this allows is sent off: on a busy machine the sender loses its processor to whom it wakes.
    if (receipt.state === 'pending') {
      this.#write()
      this.#sync()
    }
    if (receipt.state === 'pending' || receipt.state === 'void') throw this.#unavailable()
  }

  durable = (receipt: AuditReceipt): undefined | Promise<void> => {
    if (receipt.state === 'durable') return undefined
    const running = this.#running
    if (receipt.state === 'written' && running !== undefined && receipt.sequence <= running.upTo) return running.promise
    if (receipt.state === 'void' || this.#failure !== undefined) return Promise.reject(this.#unavailable())
    this.#next ??= openRound()
    this.#hurry()
    return this.#next.promise
  }

  status = (): AuditLogStatus => {
    const problem = this.#stopped ?? this.#failure?.error
    return {
      healthy: problem === undefined,
      problem: problem?.message,
      head: this.#written,
      durable: this.#durable,
      pendingBytes: this.#chain.byteLength + this.#unsyncedBytes,
      records: this.#records,
      writes: this.#writes,
      syncs: this.#syncs,
      failures: this.#failures,
    }
  }

  /** The first records of a process, durable when this returns. Throws AuditUnavailableError. */
  async begin(events: readonly (LogOpened | LogRecovered)[]): Promise<void> {
    for (const event of events) this.#push(event, this.#start.clock.now())
    this.#pushCheckpoint('open')
    await this.#settle()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** The last records of a process. Afterwards every append is refused. */
  async end(): Promise<void> {
    if (this.#stopped !== undefined) return
    await this.#settle()
    if (this.#failure !== undefined) await this.#repair()
    if (this.#failure === undefined) this.#pushCheckpoint('close')
    this.#stopped = new AuditUnavailableError('closed', 'the audit log is closed', false)
    await this.#settle()
    await this.#release()
  }

  /** For good: somebody else writes here, or has changed what was written. */
  async stop(error: AuditUnavailableError): Promise<void> {
    if (this.#stopped !== undefined) return
    this.#stopped = error
    this.#failures += 1
    this.#voidSealed(error)
    await this.#settle()
    await this.#release()
  }

  /** False when the file is no longer as this writer left it. */
  isIntact(): boolean {
    return (
      this.#segment === undefined || this.#failure !== undefined || this.#segment.file.size() === this.#segment.size
    )
  }

  #push(event: AuditEvent | LogOpened | LogRecovered, nowNs: bigint): AuditReceipt {
    const { receipt } = this.#chain.push(event, nowNs)
    this.#checkpointTimer ??= setTimeout(this.#checkpointDue, this.#start.limits.checkpointIntervalMs).unref()
    // Nobody waits for what has happened already: it goes with the next verdict, which halves the writes and syncs of a statement.
    if (hasHappened(event)) this.#lazyTimer ??= setTimeout(this.#lazyDue, LAZY_MS).unref()
    else this.#hurry()
    return receipt
  }

  #pushCheckpoint(reason: Checkpoint['reason']): void {
    this.#chain.pushCheckpoint(reason, this.#segment?.first ?? this.#written.sequence + 1)
    clearTimeout(this.#checkpointTimer)
    this.#checkpointTimer = undefined
  }

  #hurry(): void {
    this.#hurried = true
    this.#turn ??= setImmediate(this.#endOfTurn)
  }

  readonly #lazyDue = (): void => {
    this.#lazyTimer = undefined
    this.#hurry()
  }

  readonly #endOfTurn = (): void => {
    this.#turn = undefined
    if (this.#failure !== undefined) return
    this.#write()
    this.#sync()
  }

  readonly #checkpointDue = (): void => {
    this.#checkpointTimer = undefined
    if (this.#failure !== undefined || this.#stopped !== undefined) return
    this.#pushCheckpoint('interval')
    this.#endOfTurn()
  }

  /** One write of all that is sealed. Nothing is left sealed and unwritten in any case. */
  #write(): void {
    const chain = this.#chain
    if (chain.entries.length === 0) return
    try {
      const segment = (this.#segment ??= this.#createSegment())
      if (!this.isIntact()) {
        void this.stop(damaged(segment.name))
        return
      }
      // The checkpoint of a close is the last record, so the next process ends the segment.
      const full = segment.size + chain.byteLength >= this.#start.limits.rotateBytes && this.#stopped === undefined
      if (full) this.#pushCheckpoint('rotate')
      const { entries } = chain
      const bytes = Buffer.from(`${entries.map(({ sealed }) => sealed.line).join('\n')}\n`)
      segment.file.write(bytes, segment.size)
      this.#unsynced.push({ bytes, segment, offset: segment.size, before: this.#written, after: chain.head, entries })
      this.#unsyncedBytes += bytes.length
      segment.size += bytes.length
      for (const { receipt } of entries) receipt.state = 'written'
      chain.clear()
      this.#written = chain.head
      this.#records += entries.length
      this.#writes += 1
      if (full) this.#segment = undefined
    } catch (error) {
      this.#fail('write-failed', error)
    }
  }

  #createSegment(): Segment {
    const first = this.#written.sequence + 1
    const name = segmentName(first)
    const file = this.#start.disk.create(name)
    this.#namesChanged = true
    return { file, name, first, size: 0 }
  }

  /** Starts the next sync, unless one is running or nothing waits for one. */
  #sync(): void {
    if (this.#running !== undefined || this.#failure !== undefined) return
    // INVARIANT: nothing is sealed and unwritten when a round starts, so all who wait for `#next` by now are covered by this round.
    this.#write()
    if (this.#unsynced.length === 0) return
    const running = { ...(this.#next ?? openRound()), upTo: this.#written.sequence }
    this.#next = undefined
    this.#hurried = false
    this.#running = running
    void this.#runRound(running, [...this.#unsynced])
  }

  async #runRound(running: Round, batches: readonly Batch[]): Promise<void> {
    try {
      await this.#syncFiles(batches)
    } catch (error) {
      this.#running = undefined
      this.#fail('sync-failed', error)
      running.reject(this.#unavailable())
      return
    }
    this.#running = undefined
    this.#markDurable(batches)
    running.resolve()
    if (this.#hurried) this.#sync()
  }

  async #syncFiles(batches: readonly Batch[]): Promise<void> {
    this.#syncs += 1
    for (const { file } of new Set(batches.map(({ segment }) => segment))) await file.sync()
    if (this.#namesChanged) {
      this.#namesChanged = false
      try {
        await this.#start.disk.syncNames()
      } catch (error) {
        this.#namesChanged = true
        throw error
      }
    }
  }

  /** The oldest batches are on the disk; segments that a rotation ended are closed behind them. */
  #markDurable(batches: readonly Batch[]): void {
    for (const { entries } of batches) for (const { receipt } of entries) receipt.state = 'durable'
    const last = batches.at(-1)
    if (last === undefined) return
    this.#durable = last.after
    this.#unsynced.splice(0, batches.length)
    this.#unsyncedBytes = this.#unsynced.reduce((sum, { bytes }) => sum + bytes.length, 0)
    const open = new Set([this.#segment, ...this.#unsynced.map(({ segment }) => segment)])
    for (const segment of new Set(batches.map(({ segment }) => segment))) {
      if (!open.has(segment)) segment.file.close().catch(() => {})
    }
  }

  #fail(cause: Failure['cause'], error: unknown): void {
    this.#failures += 1
    this.#gapSince ??= formatTime(this.#start.clock.now())
    const code = systemCodeOf(error)
    const what = cause === 'write-failed' ? 'cannot be written' : 'cannot be made durable'
    const message = `the audit log ${what}${code === undefined ? '' : ` (${code})`}; nothing may run unrecorded`
    this.#failure = {
      cause: this.#failure?.cause ?? cause,
      error: new AuditUnavailableError('unavailable', message, false, error),
      distrust: cause === 'sync-failed' || this.#failure?.distrust === true,
    }
    this.#voidSealed(this.#failure.error)
    this.#retryTimer ??= setTimeout(() => void this.#repair(), this.#start.limits.retryMs).unref()
  }

  #voidSealed(error: AuditUnavailableError): void {
    for (const { event, nowNs } of this.#chain.rewind(this.#written)) {
      if (event !== undefined) this.#gap.add(event, nowNs)
    }
    this.#next?.reject(error)
    this.#next = undefined
  }

  /** One attempt at a time; another follows by itself until one succeeds. */
  async #repair(): Promise<void> {
    clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
    this.#repairing ??= this.#attempt().finally(() => {
      this.#repairing = undefined
    })
    await this.#repairing
  }

  async #attempt(): Promise<void> {
    await this.#running?.promise.catch(() => {})
    const failure = this.#failure
    if (failure === undefined || this.#stopped !== undefined) return
    try {
      if (failure.distrust && this.#unsynced.length > 0) {
        this.#segment = await moveToNewSegment(this.#start.disk, this.#unsynced, this.#segment)
        this.#markDurable([...this.#unsynced])
      } else if (this.#segment !== undefined) {
        const { file, name, size } = this.#segment
        // A file that is shorter than it was left would only be filled up with zeros.
        if ((file.size() ?? 0) < size) return void this.stop(damaged(name))
        await file.truncate(size)
      }
    } catch (error) {
      this.#fail(failure.cause, error)
      return
    }
    await this.#recordGap(failure)
  }

  async #recordGap({ cause, error }: Failure): Promise<void> {
    const { counts } = this.#gap
    const gap = { cause, systemCode: systemCodeOf(error), since: this.#gapSince }
    const kept = this.#gap.take()
    this.#push({ type: 'log-recovered', ...gap, ...counts }, this.#start.clock.now())
    for (const { event, nowNs } of kept) this.#push(event, nowNs)
    this.#pushCheckpoint('recovered')
    const told = this.#chain.entries
    this.#failure = undefined
    this.#write()
    // The disk refused again: the records were voided, and what is kept went back to be told the next time.
    if (told.some(({ receipt }) => receipt.state === 'void')) return
    this.#gap.settle(counts)
    this.#gapSince = undefined
    await this.#settle()
  }

  async #settle(): Promise<void> {
    for (this.#endOfTurn(); this.#running !== undefined; this.#endOfTurn()) await this.#running.promise.catch(() => {})
  }

  async #release(): Promise<void> {
    clearTimeout(this.#checkpointTimer)
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#lazyTimer)
    clearImmediate(this.#turn)
    await this.#segment?.file.close().catch(() => {})
  }

  #unavailable(): AuditUnavailableError {
    const problem = this.#stopped ?? this.#failure?.error
    return (
      problem ??
      new AuditUnavailableError('unavailable', 'the record could not be written; nothing may run unrecorded', false)
    )
  }
}

/** How long a record of what has happened already may wait for company, in milliseconds. */
const LAZY_MS = 20
