import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { segments } from './audit-log.ts'
import type { Step } from './tour.ts'

/** The log verifies; a copy of it in which one word was changed does not. */
export const auditVerify: Step = {
  title: 'Whether the log is whole',
  run: async ({ screen, auditDirectory, sallyport }) => {
    screen.say('Every record carries the hash of the one before, and checkpoints are signed.')
    screen.command('$', `npx sallyport audit verify ${auditDirectory}`)
    const whole = await sallyport(['audit', 'verify', auditDirectory])
    screen.block(whole.output.trimEnd())
    screen.blank()
    screen.say('Someone with access to the disk makes the DROP into a SELECT, in a copy:')
    const copy = await mkdtemp(join(tmpdir(), 'sallyport-edited-'))
    try {
      await cp(auditDirectory, copy, { recursive: true })
      const edits = await edit(copy)
      const edited = await sallyport(['audit', 'verify', copy])
      screen.command('$', 'npx sallyport audit verify ./edited-copy')
      screen.block(edited.output.replaceAll(copy, './edited-copy').trimEnd())
      return [
        { promise: 'the log is whole', held: whole.code === 0 },
        { promise: 'one changed word is found', held: edits > 0 && edited.code === 1 },
      ]
    } finally {
      await rm(copy, { recursive: true, force: true })
    }
  },
}

/** Changes one word and nothing else, and says how many times it was there. */
async function edit(directory: string): Promise<number> {
  let edits = 0
  for (const name of await segments(directory)) {
    const text = await readFile(join(directory, name), 'utf8')
    edits += text.split(TRUE_WORDS).length - 1
    await writeFile(join(directory, name), text.replace(TRUE_WORDS, FALSE_WORDS))
  }
  return edits
}

const TRUE_WORDS = '"text":"DROP TABLE customers"'
const FALSE_WORDS = '"text":"SELECT 1 FROM customers"'
