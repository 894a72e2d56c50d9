// The live servers that the command asks, each with data that is thrown away.
import { findMysql, mysqlIn, startMysql, startPostgres } from '@sallyport/demo'

/** Trusts everybody on loopback. */
export function postgres() {
  return startPostgres({ hba: ['host all all 127.0.0.1/32 trust'], settings: { fsync: 'off' } })
}

/** Undefined when no MariaDB is installed. */
export async function mariadb() {
  const found = await findMysql()
  if (found?.flavour === 'mariadb') return startMysql()
  const behind = await mysqlIn('/usr').catch(() => undefined)
  return behind?.flavour === 'mariadb' ? startMysql({ installation: '/usr' }) : undefined
}

/**
 * Undefined without a base directory, or when it holds something else.
 * @param {string | undefined} base
 */
export async function mysql9(base) {
  if (base === undefined || base === '') return undefined
  const found = await mysqlIn(base).catch(() => undefined)
  return found?.flavour === 'mysql' ? startMysql({ installation: base }) : undefined
}
