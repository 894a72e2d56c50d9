import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours, until, type TestMysql } from '../support/index.ts'
import { errnoOf, setMysqlStage, startPeople, type MysqlStage } from './mysql-setup.ts'
import { smallDisk, type SmallDisk } from './small-disk.ts'

/** ER_ERROR_ON_WRITE. */
const UNRECORDED = 1026

describe.each(mysqlFlavours())('before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage
  let disk: SmallDisk

  beforeAll(async () => {
    disk = await smallDisk()
    mysql = await startPeople(flavour)
    stage = await setMysqlStage(mysql, { auditDirectory: disk.directory })
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
    await disk?.remove()
  })

  it('a full disk refuses statements with a clear error, and the log recovers by itself', async () => {
    const client = await stage.connect()
    const prepared = await client.prepare('UPDATE people SET name = ? WHERE id = 2')
    const execution = (): Promise<unknown> => prepared.execute(['unrecorded'])
    expect(await errnoOf(client.query('SELECT 1'))).toBe(0)
    disk.fill()
    let answer: number | string = 0
    const changed = async (): Promise<boolean> => (answer = await errnoOf(client.query('SELECT 2'))) !== 0
    await until(changed, { what: 'a refusal', timeoutMs: 20_000 })
    expect(answer).toBe(UNRECORDED)
    await expect(client.query("UPDATE people SET name = 'unrecorded'")).rejects.toMatchObject({
      errno: UNRECORDED,
      sqlState: 'HY000',
      message: expect.stringMatching(/^the statement was not run, because the audit log cannot be written/) as string,
    })
    expect(await errnoOf(execution())).toBe(UNRECORDED)
    expect(await errnoOf(client.query('BEGIN'))).toBe(UNRECORDED)
    expect((await stage.sallyport.fetch('/readyz')).text).toContain('audit log')
    expect(await errnoOf(stage.connect())).toBe(UNRECORDED)
    await disk.free()
    await until(async () => (await errnoOf(client.query('SELECT 3'))) === 0, {
      what: 'the recovery',
      timeoutMs: 20_000,
    })
    expect((await stage.sallyport.fetch('/readyz')).status).toBe(200)
    expect(await mysql.query("SELECT COUNT(*) AS n FROM people WHERE name = 'unrecorded'")).toEqual([{ n: 0 }])
    expect(await errnoOf(execution())).toBe(0)
    await client.end()
    await recorded(await stage.connect())
    await stage.noBackends()
    expect((await stage.sallyport.verifyAudit()).verification.ok).toBe(true)
  })

  /** A session that began after all that is one like any other. */
  const recorded = async (client: Connection): Promise<void> => {
    expect((await client.query('SELECT name FROM people WHERE id = 2'))[0]).toEqual([{ name: 'unrecorded' }])
    await client.end()
  }
})
