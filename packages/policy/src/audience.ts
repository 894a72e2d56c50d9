import type { Identity } from '@sallyport/core'
import type { Audience } from '@sallyport/guardrails'

/** Whether the identity is one of the audience: in one of its groups or one of its users, and of one of its kinds where it names kinds. */
export function isOf(identity: Identity, { groups, users, kinds }: Audience): boolean {
  if (kinds.length > 0 && !kinds.includes(identity.kind)) return false
  if (groups.length === 0 && users.length === 0) return kinds.length > 0
  return users.includes(identity.subject) || groups.some((group) => identity.groups.includes(group))
}

/** Whether something meant for `when` and not for `unless` concerns the identity; undefined is everyone, or no one. */
export function concerns(
  identity: Identity,
  { when, unless }: { readonly when: Audience | undefined; readonly unless: Audience | undefined },
): boolean {
  if (unless !== undefined && isOf(identity, unless)) return false
  return when === undefined || isOf(identity, when)
}
