import type { Question } from './question.ts'

/** Asks one thing about one statement: why it holds, in words that follow "it", or undefined when it does not. Names only, never values. */
export type Matcher = (question: Question) => string | undefined

/**
 * How sure a rule has to be. `possible`: whatever may hold matches, for rules that hold back. `certain`: only what surely holds, for all of the
 * statement, for rules that let pass.
 */
export type Certainty = 'possible' | 'certain'
