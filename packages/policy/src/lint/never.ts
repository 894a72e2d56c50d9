import type { Audience, Match, Rule } from '@sallyport/guardrails'

/** Why a rule can match nothing at all, in words that follow a colon; undefined when it may. */
export function whyNever({ match, when, unless }: Rule): string | undefined {
  if (neverConcerns({ when, unless })) return '`unless` leaves out everyone whom `when` names'
  return whyNothing(match)
}

/** Whether an audience and what is left out of it leave nobody. */
export function neverConcerns({
  when,
  unless,
}: {
  readonly when: Audience | undefined
  readonly unless: Audience | undefined
}): boolean {
  return when !== undefined && unless !== undefined && covers(unless, when)
}

/** Whether nobody can be of both; undefined is everyone. Somebody may be in any two groups. */
export function disjoint(one: Audience | undefined, other: Audience | undefined): boolean {
  if (one === undefined || other === undefined) return false
  if (one.kinds.length > 0 && other.kinds.length > 0 && !one.kinds.some((kind) => other.kinds.includes(kind)))
    return true
  return usersOnly(one) && usersOnly(other) && !one.users.some((user) => other.users.includes(user))
}

/** Whether everyone of the second is of the first. */
export function covers(wide: Audience, narrow: Audience): boolean {
  const kinds =
    wide.kinds.length === 0 || (narrow.kinds.length > 0 && narrow.kinds.every((kind) => wide.kinds.includes(kind)))
  if (!kinds) return false
  if (wide.groups.length === 0 && wide.users.length === 0) return wide.kinds.length > 0
  if (narrow.groups.length === 0 && narrow.users.length === 0) return false
  return (
    narrow.groups.every((group) => wide.groups.includes(group)) &&
    narrow.users.every((user) => wide.users.includes(user))
  )
}

function usersOnly({ groups, users }: Audience): boolean {
  return groups.length === 0 && users.length > 0
}

function whyNothing({ kinds, fingerprints, during, outside }: Match): string | undefined {
  if (kinds?.every((kind) => !KIND_PATTERN.test(kind)) === true) {
    return `no statement is of the kind ${kinds.join(', ')}; kinds are words with dashes, such as drop-table`
  }
  if (fingerprints?.every((text) => !FINGERPRINT.test(text)) === true) {
    return `${fingerprints[0]} is no fingerprint; those are 16 digits from 0 to f`
  }
  if (during !== undefined && JSON.stringify(during) === JSON.stringify(outside)) {
    return 'no time is both during and outside the same windows'
  }
  return undefined
}

const KIND_PATTERN = /^[a-z*?-]+$/i
const FINGERPRINT = /^[0-9a-f]{16}$/
