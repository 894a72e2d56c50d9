import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runProcess, temporaryDirectory } from '../support/index.ts'

const COMMAND = fileURLToPath(new URL('run.mjs', import.meta.url))
/** A folder with more statements of both dialects. */
const MORE = process.env['SALLYPORT_TEST_SQL']
const TIME_LIMIT_MS = 5 * 60_000

test(
  'the classifiers meet every bar of conformance',
  async () => {
    const sources = [[], ...(MORE === undefined || MORE === '' ? [] : [['--postgres', MORE, '--mysql', MORE]])]
    for (const args of sources) {
      const { code, stdout, stderr } = await runProcess(
        { command: process.execPath, args: [COMMAND, ...args] },
        TIME_LIMIT_MS,
      )
      // The table, as whoever runs the tests wants to see it.
      process.stdout.write(stdout.slice(stdout.lastIndexOf('\n\n') + 1))
      expect([code, stderr, stdout]).toEqual([0, '', expect.stringMatching(/^ok /m)])
    }
  },
  2 * TIME_LIMIT_MS,
)

test('the command fails below a bar, and names it', async () => {
  const directory = await temporaryDirectory('conformance')
  try {
    const file = join(directory.path, 'one.jsonl')
    await writeFile(file, JSON.stringify('SELECT nobody_knows_this(1)'))
    const { code, stdout } = await runProcess({ command: process.execPath, args: [COMMAND, '--postgres', file] })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^BELOW .*unknown in application SQL +100\.00 %/m)
  } finally {
    await directory.remove()
  }
})

test('a trap that is read otherwise than its line says is named, and fails the command', async () => {
  const directory = await temporaryDirectory('conformance')
  try {
    const file = join(directory.path, 'traps.jsonl')
    const traps = [
      { sql: 'SELECT 1', effects: ['read'] },
      { sql: 'DELETE FROM pay', effects: ['read'], relations: ['pay', 'staff'] },
      { sql: 'SELECT 1 2', effects: ['read'] },
      { sql: 'SELECT 2', effects: 'refused' },
    ]
    await writeFile(file, traps.map((trap) => JSON.stringify(trap)).join('\n'))
    const { code, stdout } = await runProcess({
      command: process.execPath,
      args: [COMMAND, '--no-servers', '--postgres', file],
    })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^BELOW .*traps wrong +4 of 4/m)
    expect(stdout).not.toContain('"SELECT 1"')
    for (const line of ['is read as write, not as read', 'staff is not among', 'read as refused', 'not as refused']) {
      expect(stdout).toContain(line)
    }
  } finally {
    await directory.remove()
  }
})
