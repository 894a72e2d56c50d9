import type { Matcher } from '../matcher.ts'

/** A text of more than one statement. */
export const matchSeveralStatements: Matcher = ({ count }) => (count > 1 ? `is one of ${count} in one text` : undefined)
