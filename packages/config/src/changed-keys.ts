import { Secret } from './secret.ts'

/**
 * The keys of a configuration that a reload changes, such as `listen` and `policy`: whoever cannot take one up while it runs says so, instead of
 * leaving the user to believe it. Secrets are compared by what they are, and not shown.
 */
export function changedKeys<T extends object>(before: T, after: T): readonly (keyof T & string)[] {
  const keys = Object.keys({ ...before, ...after }) as (keyof T & string)[]
  return keys.filter((key) => !isSame(before[key], after[key]))
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Secret) return other instanceof Secret && one.reveal() === other.reveal()
  if (one instanceof Map) return other instanceof Map && isSame([...one], [...other])
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other)
  const entries = Object.entries(one)
  if (entries.length !== Object.keys(other).length || Array.isArray(one) !== Array.isArray(other)) return false
  const others = new Map<string, unknown>(Object.entries(other))
  return entries.every(([key, value]) => others.has(key) && isSame(value, others.get(key)))
}
