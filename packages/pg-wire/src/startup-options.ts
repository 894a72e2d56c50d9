/** One setting as a client wrote it. */
export interface StartupSetting {
  readonly name: string
  readonly value: string
}

/**
 * Splits the `options` startup parameter exactly as the server does (`pg_split_opts`, then the switches of `process_postgres_switches`),
 * and takes from it what only sets parameters: `-c name=value`, `-cname=value` and `--name=value`. Undefined for anything else: other
 * switches change how the server runs, and a text that two readers could split differently is no text to pass on.
 */
export function parseOptions(text: string): readonly StartupSetting[] | undefined {
  const words = splitOptions(text)
  const settings: StartupSetting[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    let assignment: string | undefined
    if (word === '-c') assignment = words[++index]
    else if (word.startsWith('-c')) assignment = word.slice(2)
    else if (word.startsWith('--')) assignment = word.slice(2)
    const setting = assignment === undefined ? undefined : parseAssignment(assignment)
    if (setting === undefined) return undefined
    settings.push(setting)
  }
  return settings
}

/** Words end at white space that no backslash escapes; a backslash takes the next character as it is (`pg_split_opts`). */
function splitOptions(text: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let escaped = false
  for (const character of text) {
    if (!escaped && WHITE_SPACE.has(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (!escaped && character === '\\') {
      escaped = true
      word ??= ''
    } else {
      word = (word ?? '') + character
      escaped = false
    }
  }
  if (word !== undefined) words.push(word)
  return words
}

/** `name=value`, where hyphens of the name stand for underscores (`ParseLongOption`). */
function parseAssignment(assignment: string): StartupSetting | undefined {
  const equals = assignment.indexOf('=')
  if (equals < 1) return undefined
  return { name: assignment.slice(0, equals).replaceAll('-', '_'), value: assignment.slice(equals + 1) }
}

/** What isspace() answers yes to in the C locale. */
const WHITE_SPACE: ReadonlySet<string> = new Set([' ', '\t', '\n', '\v', '\f', '\r'])
