import { decodeUtf8, encodeUtf8 } from '@sallyport/bytes'

/**
 * What a name means, for one kind of name: prepared statements or portals.
 *
 * Confirmed meanings change only when the backend has answered. Changes that are on their way are kept beside them, in order, each with the
 * segment it was sent in: a segment ends with a Sync. Within a segment the last change decides, because if it fails, all that follows in the
 * segment is skipped. Changes of earlier segments fail on their own; when more than one meaning remains possible, the name is `unsettled`.
 */
export class Names<V> {
  readonly #confirmed = new Map<string, V>()
  readonly #changes = new Map<string, Change<V>[]>()
  /** Changes that may concern any name. */
  readonly #sweeping: Change<V>[] = []
  #sequence = 0

  get size(): number {
    return this.#confirmed.size
  }

  /** The meaning the backend has confirmed. */
  confirmed(name: string): V | undefined {
    return this.#confirmed.get(nameKey(name))
  }

  /** All confirmed meanings. */
  values(): IterableIterator<V> {
    return this.#confirmed.values()
  }

  /** What the name will mean to a message sent now in this segment, if that message is reached at all. */
  lookup(name: string, segment: number): Lookup<V> {
    const key = nameKey(name)
    const changes = this.#changes.get(key)
    if (changes === undefined && this.#sweeping.length === 0) return known(this.#confirmed.get(key))
    const all =
      this.#sweeping.length === 0 && changes !== undefined
        ? changes
        : [...(changes ?? []), ...this.#sweeping].sort((one, other) => one.sequence - other.sequence)
    const last = all.at(-1)
    if (last?.segment === segment) return last.kind === 'define' ? known(last.value) : UNKNOWN
    const meanings = new Set<V>()
    const confirmed = this.#confirmed.get(key)
    if (confirmed !== undefined) meanings.add(confirmed)
    for (const change of all) {
      if (change.kind === 'define') meanings.add(change.value)
      else if (change.kind === 'unclear') return UNSETTLED
    }
    if (meanings.size > 1) return UNSETTLED
    const [meaning] = meanings
    return known(meaning)
  }

  /** A message that gives the name a meaning is on its way. */
  define(name: string, value: V, segment: number): Change<V> {
    return this.#propose({ kind: 'define', key: nameKey(name), value, segment, sequence: (this.#sequence += 1) })
  }

  /** A message that takes the name's meaning away is on its way. */
  drop(name: string, segment: number): Change<V> {
    return this.#propose({ kind: 'drop', key: nameKey(name), segment, sequence: (this.#sequence += 1) })
  }

  /** SQL that may change the name behind the protocol's back is on its way; undefined for every name. */
  unclear(name: string | undefined, segment: number): Change<V> {
    return this.#propose({
      kind: 'unclear',
      key: name === undefined ? undefined : nameKey(name),
      segment,
      sequence: (this.#sequence += 1),
    })
  }

  /** The message of a change has been answered, or skipped. Changes settle in the order they were proposed. */
  settle(change: Change<V>, outcome: Outcome): void {
    this.#withdraw(change)
    if (outcome === 'skipped') return
    if (change.kind === 'define') {
      if (outcome === 'applied') this.#confirmed.set(change.key, change.value)
      // A Parse or Bind of the unnamed one does away with its predecessor before it can fail.
      else if (change.key === '') this.#confirmed.delete('')
    } else if (change.key === undefined) {
      this.#confirmed.clear()
    } else {
      this.#confirmed.delete(change.key)
    }
  }

  /** Every meaning is gone. */
  clear(): void {
    this.#confirmed.clear()
  }

  #propose(change: Change<V>): Change<V> {
    if (change.key === undefined) {
      this.#sweeping.push(change)
    } else {
      const changes = this.#changes.get(change.key)
      if (changes === undefined) this.#changes.set(change.key, [change])
      else changes.push(change)
    }
    return change
  }

  #withdraw(change: Change<V>): void {
    const changes = change.key === undefined ? this.#sweeping : this.#changes.get(change.key)
    if (changes === undefined) return
    if (changes.length === 1 && change.key !== undefined) this.#changes.delete(change.key)
    else changes.splice(changes.indexOf(change), 1)
  }
}

/**
 * What a name means. `unknown`: nothing that the protocol's messages told, so either nothing or something made in SQL. `unsettled`: it depends
 * on replies that have not come; hold the message until `pending` is 0 and ask again.
 */
export type Lookup<V> =
  | { readonly state: 'known'; readonly value: V }
  | { readonly state: 'unknown' }
  | { readonly state: 'unsettled' }

/** A change of meaning that is on its way to the backend. */
export type Change<V> =
  | {
      readonly kind: 'define'
      readonly key: string
      readonly value: V
      readonly segment: number
      readonly sequence: number
    }
  | { readonly kind: 'drop'; readonly key: string; readonly segment: number; readonly sequence: number }
  | { readonly kind: 'unclear'; readonly key: string | undefined; readonly segment: number; readonly sequence: number }

/** How the message of a change ended. */
export type Outcome = 'applied' | 'failed' | 'skipped'

/**
 * The backend's tables of names compare the first 63 bytes only (NAMEDATALEN of pg_config_manual.h), so names that are longer and agree so far
 * are one name.
 */
function nameKey(name: string): string {
  if (name.length * MAX_BYTES_PER_UNIT <= NAME_BYTES) return name
  const bytes = encodeUtf8(name)
  if (bytes.length <= NAME_BYTES) return name
  try {
    return decodeUtf8(bytes, 0, NAME_BYTES)
  } catch {
    // Cut inside a character: no shorter name has these bytes, and no name has a NUL.
    return `\0${bytes.subarray(0, NAME_BYTES).join()}`
  }
}

function known<V>(value: V | undefined): Lookup<V> {
  return value === undefined ? UNKNOWN : { state: 'known', value }
}

const UNKNOWN = { state: 'unknown' } as const
const UNSETTLED = { state: 'unsettled' } as const
const NAME_BYTES = 63
const MAX_BYTES_PER_UNIT = 3
