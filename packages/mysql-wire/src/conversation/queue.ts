/** First in, first out, with a look at what waits; constant time per element. */
export class Queue<T> {
  #elements: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#elements.length - this.#head
  }

  /** The element in front. */
  get first(): T | undefined {
    return this.#elements[this.#head]
  }

  push(element: T): void {
    this.#elements.push(element)
  }

  /** Removes the element in front. */
  shift(): void {
    if (this.#head === this.#elements.length) return
    this.#elements[this.#head] = undefined
    this.#head += 1
    if (this.#head === this.#elements.length) {
      this.#elements.length = 0
      this.#head = 0
    } else if (this.#head >= COMPACT && this.#head * 2 >= this.#elements.length) {
      this.#elements = this.#elements.slice(this.#head)
      this.#head = 0
    }
  }
}

/** Spent places at the front are cut off when there are this many. */
const COMPACT = 64
