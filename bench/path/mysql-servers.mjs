// The two ways to one MariaDB or MySQL: direct, and Sallyport as gateway and agent in processes of their own.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { findMysql, startMysql } from '@sallyport/demo'
import { startSallyport } from './sallyport.mjs'

/** Starts everything; the `env` of a target is what the driver takes. Data is kept as a production server keeps it. */
export async function startMysqlServers(installation, say) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  chmodSync(folder, 0o755)
  /** @type {(() => unknown)[]} */
  const stops = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const close of stops.toReversed()) await close()
  }
  try {
    const mysql = await startMysql({
      ...(installation === undefined ? {} : { installation }),
      settings: {
        'innodb-flush-log-at-trx-commit': '1',
        'innodb-doublewrite': 'ON',
        'innodb-flush-method': 'fsync',
        'innodb-buffer-pool-size': '512M',
        'max-connections': '700',
      },
    })
    stops.push(() => mysql.stop())
    say(`${mysql.name} is up`)
    const { host, port, user, password } = mysql
    const setUp = await createConnection({ host, port, user, password })
    await setUp.query('CREATE DATABASE bench CHARACTER SET utf8mb4')
    // A user such as applications have; MySQL's clients outside of this repository may not know its newest logins.
    await setUp.query(`CREATE USER bench@'127.0.0.1' IDENTIFIED BY '${password}'`)
    await setUp.query(`GRANT ALL ON bench.* TO bench@'127.0.0.1'`)
    await setUp.end()
    const direct = { host, port, user, password, database: 'bench' }
    const env = { ...direct, user: 'bench' }
    const targets = [{ name: 'direct', env, masked: undefined }]
    const database = { engine: 'mysql', port, user: 'bench', password, name: 'bench' }
    const sallyport = await startSallyport(folder, database, stops, say)
    const through = { ...env, port: sallyport.port, user: 'plain', password: sallyport.token }
    targets.push({ name: 'sallyport', env: through, masked: { ...through, user: 'masked' }, pids: sallyport.pids })
    say('ProxySQL is not among the packages of this system; it is left out')
    return { server: mysql.name, targets, direct, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Whether there is a server to measure. */
export async function mysqlIsInstalled() {
  return (await findMysql()) !== undefined
}
