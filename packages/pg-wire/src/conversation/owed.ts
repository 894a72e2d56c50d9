import { ProtocolViolationError } from '../errors.ts'
import type { BackendType } from '../backend/message.ts'
import type { MutableEntry } from './entry.ts'
import { Queue } from './queue.ts'

/**
 * The queue of owed replies, and which of its entries a reply belongs to.
 *
 * The backend answers in order, with two exceptions that this file knows. After an error in an extended message it passes over everything up
 * to a Sync. And while it reads COPY data it swallows every Sync until the CopyDone or CopyFail: when the COPY succeeds, all of those are gone;
 * when it fails, nobody can tell how far it had read, so the Syncs before the CopyDone become doubtful: their ReadyForQuery may come or not. A
 * doubtful Sync is dropped as soon as a reply comes that is not ReadyForQuery, and gives way to a certain Sync right behind it, for whose sake
 * the one owed ReadyForQuery must be. Where neither can be told, the conversation ends with a violation.
 */
export class Owed<C> {
  readonly #queue = new Queue<MutableEntry<C>>()
  /** The backend has reported an error in an extended message and passes over everything until a Sync. */
  #skipping = false
  /** Entries that the backend is sure to answer or to pass over. */
  #certain = 0

  /** The backend passes over everything until a Sync, and none was sent. */
  get stalled(): boolean {
    return this.#skipping && !this.#certainSyncFrom(0)
  }

  /** Everything in the queue: a CopyDone or CopyFail that is waited with, and doubtful Syncs, too. */
  get length(): number {
    return this.#queue.length
  }

  /** Entries that the backend is sure to answer or to pass over. */
  get certain(): number {
    return this.#certain
  }

  /** The entry that was registered last. */
  get last(): MutableEntry<C> | undefined {
    return this.#queue.at(this.#queue.length - 1)
  }

  push(entry: MutableEntry<C>): void {
    // With nothing before it that could be a COPY, the end of COPY data is ignored by the server.
    if (isCopyEnd(entry) && this.#queue.length === 0) return
    this.#queue.push(entry)
    if (isCertain(entry)) this.#certain += 1
  }

  /** The entry that the next reply other than ReadyForQuery will belong to; undefined when there is none. */
  get current(): MutableEntry<C> | undefined {
    if (this.#skipping) return undefined
    let index = 0
    let entry = this.#queue.at(index)
    while (entry !== undefined && !isCertain(entry)) {
      index += 1
      entry = this.#queue.at(index)
    }
    return entry
  }

  /** The entry that a reply other than ReadyForQuery belongs to. */
  headFor(type: BackendType): MutableEntry<C> {
    for (let first = this.#queue.at(0); first !== undefined; first = this.#queue.at(0)) {
      if (this.#skipping) break
      if (isCertain(first)) return first
      this.#drop(0)
    }
    throw new ProtocolViolationError('backend', `${type} came, and nothing that would bring it was sent`)
  }

  /** The entry that ReadyForQuery belongs to, and the entries that the backend has passed over before it; all but the former are removed. */
  headForReady(): { readonly entry: MutableEntry<C>; readonly skipped: readonly MutableEntry<C>[] } {
    const skipped: MutableEntry<C>[] = []
    for (let first = this.#queue.at(0); first !== undefined; first = this.#queue.at(0)) {
      if (!isCopyEnd(first) && (!this.#skipping || first.type === 'Sync')) break
      if (!isCopyEnd(first)) skipped.push(first)
      this.#drop(0)
    }
    const first = this.#queue.at(0)
    if (first === undefined) {
      throw new ProtocolViolationError('backend', 'ReadyForQuery came, and nothing that would bring it was sent')
    }
    if (first.doubtful) this.#yieldToCertainSync(first)
    this.#skipping = false
    return { entry: this.#queue.at(0) ?? first, skipped }
  }

  /** The entry in front has all its replies. The ends of COPY data behind it end nothing any more. */
  shift(): void {
    this.#drop(0)
    for (let next = this.#queue.at(0); next !== undefined && isCopyEnd(next); next = this.#queue.at(0)) this.#drop(0)
  }

  /** The entry in front failed in an extended message. */
  skipToSync(): void {
    this.#drop(0)
    this.#skipping = true
  }

  /** The COPY FROM STDIN of the entry in front succeeded: what waits before its CopyDone was swallowed, and can only be Syncs. */
  copySucceeded(): void {
    for (let entry = this.#queue.at(1); entry !== undefined; entry = this.#queue.at(1)) {
      this.#drop(1)
      if (entry.type === 'CopyDone') return
      if (entry.type !== 'Sync') break
    }
    throw new ProtocolViolationError('backend', 'A COPY FROM STDIN was completed before its CopyDone was sent')
  }

  /**
   * The COPY FROM STDIN of the entry in front failed: says the CopyDone or CopyFail it may have read, if one was sent. Another message in the
   * middle of COPY data ends the session; as it has not ended, that message and what follows it was read after the COPY.
   */
  copyFailed(): MutableEntry<C> | undefined {
    let index = 1
    let entry = this.#queue.at(index)
    for (; entry?.type === 'Sync'; entry = this.#queue.at(index)) {
      if (!entry.doubtful) this.#certain -= 1
      entry.doubtful = true
      index += 1
    }
    return entry !== undefined && isCopyEnd(entry) ? entry : undefined
  }

  /** Moves a certain Sync that follows doubtful ones to the front of them. */
  #yieldToCertainSync(first: MutableEntry<C>): void {
    let index = 0
    let entry: MutableEntry<C> | undefined = first
    while (entry !== undefined && !isCertain(entry)) {
      index += 1
      entry = this.#queue.at(index)
    }
    if (entry?.type === 'Sync') {
      this.#queue.remove(index)
      this.#queue.unshift(entry)
    } else if (this.#skipping && this.#certainSyncFrom(index)) {
      throw new ProtocolViolationError('backend', 'ReadyForQuery came, and a failed COPY leaves open what it answers')
    }
  }

  #drop(index: number): void {
    const entry = this.#queue.at(index)
    if (entry !== undefined && isCertain(entry)) this.#certain -= 1
    this.#queue.remove(index)
  }

  #certainSyncFrom(index: number): boolean {
    for (let at = index; at < this.#queue.length; at += 1) {
      const entry = this.#queue.at(at)
      if (entry?.type === 'Sync' && isCertain(entry)) return true
    }
    return false
  }
}

function isCopyEnd<C>(entry: MutableEntry<C>): boolean {
  return entry.type === 'CopyDone' || entry.type === 'CopyFail'
}

function isCertain<C>(entry: MutableEntry<C>): boolean {
  return !entry.doubtful && !isCopyEnd(entry)
}
