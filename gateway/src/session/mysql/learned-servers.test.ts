import { CLIENT, has, MARIADB } from '@sallyport/mysql-wire'
import { expect, it } from 'vitest'
import { LearnedServers } from './learned-servers.ts'

const MARIA = CLIENT.PROTOCOL_41 | CLIENT.DEPRECATE_EOF | CLIENT.SESSION_TRACK
const MYSQL = MARIA | CLIENT.LONG_PASSWORD | CLIENT.QUERY_ATTRIBUTES

function offer(name: string, version: string, flags: number, extended = 0, engine = 'mysql') {
  const capabilities = [
    `server.version=${version}`,
    `server.capabilities=${flags}`,
    `server.mariadb-capabilities=${extended}`,
    'server.collation=45',
  ]
  return { name, engine, capabilities }
}

const at = (...names: readonly string[]): readonly { name: string; agent: string }[] =>
  names.map((name) => ({ name, agent: 'a' }))

it('says its own version and what every server speaks, as long as nothing is known', () => {
  const look = new LearnedServers().common(at('x'), '8.0.0-sallyport')
  expect(look.version).toBe('8.0.0-sallyport')
  expect(has(look.capabilities, CLIENT.DEPRECATE_EOF)).toBe(true)
  expect(has(look.capabilities, CLIENT.QUERY_ATTRIBUTES)).toBe(false)
})

it('is the server that is there, with the capabilities of MariaDB alone', () => {
  const servers = new LearnedServers()
  servers.learn({ name: 'a', connections: [offer('x', '10.11.19-MariaDB', MARIA, MARIADB.PROGRESS)] })
  const look = servers.common(at('x', 'unknown'), '8.0.0')
  expect(look).toMatchObject({ version: '10.11.19-MariaDB', capabilities: { extended: MARIADB.PROGRESS } })
  expect(has(look.capabilities, CLIENT.LONG_PASSWORD)).toBe(false)
})

it('says the lowest version of one flavour, and what all have in common', () => {
  const servers = new LearnedServers()
  servers.learn({
    name: 'a',
    connections: [offer('x', '9.7.4', MYSQL), offer('y', '8.0.40', MYSQL & ~CLIENT.QUERY_ATTRIBUTES)],
  })
  const look = servers.common(at('x', 'y'), '8.0.0')
  expect(look.version).toBe('8.0.40')
  expect(has(look.capabilities, CLIENT.QUERY_ATTRIBUTES)).toBe(false)
})

it('says nothing of MariaDB where one of the servers is MySQL', () => {
  const servers = new LearnedServers()
  servers.learn({
    name: 'a',
    connections: [offer('x', '10.11.19-MariaDB', MARIA, MARIADB.PROGRESS), offer('y', '9.7.4', MYSQL)],
  })
  const look = servers.common(at('x', 'y'), '8.0.0-sallyport')
  expect(look).toMatchObject({ version: '8.0.0-sallyport', capabilities: { extended: 0 } })
  expect(has(look.capabilities, CLIENT.LONG_PASSWORD)).toBe(true)
})

it('repeats nothing to clients that is no version, and remembers nothing of other engines', () => {
  const servers = new LearnedServers()
  servers.learn({
    name: 'a',
    connections: [
      offer('x', 'evil\0server', MYSQL),
      offer('y', '16.1', MYSQL, 0, 'postgres'),
      offer('z', '9.0.0', 2 ** 40),
    ],
  })
  expect(servers.common(at('x', 'y', 'z'), '8.0.0').version).toBe('8.0.0')
})
