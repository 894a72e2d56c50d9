/**
 * Remembers roughly which short texts have come before, in a table of a fixed size: a text may be forgotten, and very rarely one is taken for
 * another, which costs its keeper nothing but room.
 */
export class Doorkeeper {
  readonly #slots = new Int32Array(SLOTS)

  /** Whether the text has come before. Long texts always have: to read one again costs more than its place. */
  knows(text: string): boolean {
    if (text.length > MAX_LENGTH) return true
    const hash = hashOf(text)
    const slot = hash & (SLOTS - 1)
    if (this.#slots[slot] === hash) return true
    this.#slots[slot] = hash
    return false
  }
}

/** FNV-1a over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash
}

const SLOTS = 8192
const MAX_LENGTH = 1024
