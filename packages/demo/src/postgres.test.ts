import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { startPostgres } from './postgres.ts'

test('a started PostgreSQL asks for a password by SCRAM, answers, survives a crash, and leaves nothing behind', async () => {
  const lines: string[] = []
  const server = await startPostgres({ onProgress: (line) => lines.push(line), settings: { work_mem: '5MB' } })
  let directory = ''
  try {
    const client = new Client({ connectionString: server.url('postgres') })
    await client.connect()
    const { rows } = await client.query<Record<string, string>>(
      `SELECT current_setting('data_directory') AS dir, current_setting('work_mem') AS mem,
              (SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = current_user) AS method`,
    )
    await client.end()
    expect(rows[0]).toMatchObject({ mem: '5MB', method: 'SCRAM-SHA-256' })
    directory = rows[0]?.['dir'] ?? ''
    expect(existsSync(directory)).toBe(true)

    const wrong = new Client({ connectionString: server.url('postgres', { user: 'postgres', password: 'no' }) })
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' })

    await server.kill('SIGQUIT')
    await server.restart()
    const again = new Client({ connectionString: server.url('postgres') })
    await again.connect()
    await again.end()
  } finally {
    await server.stop()
  }
  expect(lines.length).toBeGreaterThan(0)
  expect(existsSync(dirname(directory))).toBe(false)
  expect(() => process.kill(server.pid, 0)).toThrow('ESRCH')
  await server.stop()
})
