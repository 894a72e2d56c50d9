import type { ParseFailure } from '@sallyport/core'

/** Thrown inside lexer and parser; the analyser turns it into a failure. */
export class Refusal extends Error {
  readonly code: ParseFailure['code']
  readonly position: number | undefined

  constructor(code: ParseFailure['code'], message: string, position: number | undefined) {
    super(message)
    this.code = code
    this.position = position
  }
}
