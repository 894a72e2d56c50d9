/** First in, first out, with a look at what waits; constant time per element. */
export class Queue<T> {
  #elements: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#elements.length - this.#head
  }

  push(element: T): void {
    this.#elements.push(element)
  }

  /** The element `index` places from the front. */
  at(index: number): T | undefined {
    return this.#elements[this.#head + index]
  }

  /** Removes the element in front. */
  shift(): void {
    if (this.#head < this.#elements.length) {
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

  /** Puts an element in front. */
  unshift(element: T): void {
    if (this.#head > 0) {
      this.#head -= 1
      this.#elements[this.#head] = element
    } else {
      this.#elements.unshift(element)
    }
  }

  /** Removes the element `index` places from the front. */
  remove(index: number): void {
    if (index === 0) this.shift()
    else this.#elements.splice(this.#head + index, 1)
  }
}

/** Spent places at the front are cut off when there are this many. */
const COMPACT = 64
