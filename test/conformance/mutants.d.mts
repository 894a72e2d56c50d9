/** Up to `count` mutants of a text, none of which is the text itself; the same for the same seed. */
export function mutants(text: string, count: number, seed: number, dialect: 'postgres' | 'mysql'): string[]
