import type { Effect } from '@sallyport/core'
import type { Certainty, Matcher } from '../matcher.ts'
import { effectBits, effectsOf, type Question, UNKNOWN } from '../question.ts'
import { relationName } from './relations.ts'

/**
 * What the statement does. `possible`: one of the effects, or `unknown` unless `unknown` is false. `certain`: nothing but these effects.
 */
export function matchEffects(effects: readonly Effect[], unknown: boolean, certainty: Certainty): Matcher {
  const listed = effects.length === 0 ? 0 : effectBits(effects)
  if (certainty === 'certain') {
    return (question) => ((question.effects & ~listed) === 0 ? describeEffects(question, question.effects) : undefined)
  }
  const wanted = unknown ? listed | UNKNOWN : listed
  return (question) => {
    const found = question.effects & wanted
    return found === 0 ? undefined : describeEffects(question, found)
  }
}

/** The effects in words that follow "it", and the functions that bring them. */
function describeEffects({ statement }: Question, bits: number): string {
  const words = effectsOf(bits)
    .map((effect) => WORDS[effect])
    .join(' and ')
  const through = new Set<string>()
  for (const call of statement.functions) {
    if (through.size < MAX_NAMED && (effectBits(call.effects) & bits & ~READ) !== 0)
      through.add(`${relationName(call)}()`)
  }
  return through.size === 0 ? words : `${words} (${[...through].join(', ')})`
}

/** How many functions a sentence names. */
const MAX_NAMED = 3
const READ = effectBits(['read'])

const WORDS: Readonly<Record<Effect, string>> = {
  read: 'reads',
  write: 'changes or locks rows',
  ddl: 'changes the schema',
  dcl: 'changes who may do what',
  session: 'changes the session',
  transaction: 'controls the transaction',
  procedural: 'runs code that the text does not show',
  file: 'touches files',
  network: 'speaks to other systems',
  admin: 'administers the server',
  unknown: 'has effects that cannot be told',
}
