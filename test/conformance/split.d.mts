/** The statements of a .sql file, without the semicolons. */
export function split(text: string, dialect: 'postgres' | 'mysql'): string[]
