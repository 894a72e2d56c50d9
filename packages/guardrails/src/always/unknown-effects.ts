import { matchEffects } from '../match/effects.ts'
import type { CompiledRule } from '../compile.ts'
import { defineRule } from '../rule.ts'

/**
 * What cannot be told is refused, whatever the connection's rules leave open. A rule `allow` or `approve` that matches and lists the effect `unknown`
 * takes the decision over (see `takesUnknown`); nothing else does.
 */
export const unknownEffects: CompiledRule = {
  rule: defineRule({ id: 'unknown-effects', action: 'deny', match: { effects: ['unknown'] } }),
  judge: (question) => {
    const because = match(question)
    return because === undefined
      ? undefined
      : {
          rule: 'unknown-effects',
          action: 'deny',
          message: `The statement ${because}.`,
          hint: 'Use what the guard knows: built-in functions and plain statements. An operator can list a function that only reads under functions.allow of the connection.',
          statement: question.index,
          observed: false,
        }
  },
}

/** Whether a rule says what becomes of statements whose effects cannot be told. */
export function takesUnknown({ rule }: CompiledRule): boolean {
  const { action, match: wanted, observe } = rule
  return !observe && (action === 'allow' || action === 'approve') && wanted.effects?.includes('unknown') === true
}

const match = matchEffects(['unknown'], true, 'possible')
