/** A value of the sample, in no database's own form. A list is an array column, an object a JSON document. */
export type Value = string | number | boolean | null | Uint8Array | readonly string[] | JsonObject

/** A JSON document. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A table of the sample: what it is called and what is in it. How its columns are declared is each engine's own. */
export interface Table {
  /** `schema.name`. */
  readonly name: string
  readonly columns: readonly string[]
  /** The rows, made while they are asked for; as many times as they are asked for, and the same each time. */
  rows(): Iterable<readonly Value[]>
}

/** An instant as both engines read it, in UTC. */
export function timestamp(at: number): string {
  const text = new Date(at).toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`
}

/** The day of an instant. */
export function date(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** Cents as a decimal number that no binary fraction has touched. */
export function money(cents: number): string {
  const sign = cents < 0 ? '-' : ''
  const whole = Math.abs(cents)
  return `${sign}${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, '0')}`
}
