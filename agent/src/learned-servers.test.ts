import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { ServerFacts } from './database/mysql/server-facts.ts'
import { LearnedServers } from './learned-servers.ts'

const FACTS: ServerFacts = {
  version: '10.11.19-MariaDB',
  capabilities: { flags: 0xffff_ffff, extended: 29 },
  collation: 45,
  reading: { flavour: 'mariadb', version: 101_119 },
}

test('what a server says of itself is told once, and again when it has changed', () => {
  let told = 0
  const servers = new LearnedServers({ log: pino({ level: 'silent' }), onChange: () => (told += 1) })
  expect(servers.capabilities('shop')).toEqual([])
  servers.learned('shop', FACTS)
  servers.learned('shop', { ...FACTS })
  expect(told).toBe(1)
  expect(servers.capabilities('shop')).toEqual([
    'server.version=10.11.19-MariaDB',
    'server.capabilities=4294967295',
    'server.mariadb-capabilities=29',
    'server.collation=45',
  ])
  servers.learned('shop', { ...FACTS, version: '10.11.20-MariaDB' })
  expect(told).toBe(2)
})

test('a connection that is offered no more is forgotten', () => {
  const servers = new LearnedServers({ log: pino({ level: 'silent' }), onChange: () => {} })
  servers.learned('shop', FACTS)
  servers.ask([])
  expect(servers.capabilities('shop')).toEqual([])
  servers.close()
})
