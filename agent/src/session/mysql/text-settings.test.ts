import { loadMysql, type MysqlSettings } from '@sallyport/sql'
import { describe, expect, test } from 'vitest'
import { TextSettings } from './text-settings.ts'

const analyser = loadMysql()
const VARIABLES = {
  threadId: '7',
  sqlMode: 'STRICT_TRANS_TABLES',
  characterSetClient: 'utf8mb4',
  characterSetConnection: 'utf8mb4',
  collationConnection: 'utf8mb4_general_ci',
  characterSetResults: 'utf8mb4',
  lowerCaseTableNames: 0,
  database: 'shop',
  autocommit: '1',
  status: 2,
} as const

function settings(): TextSettings {
  const server = {
    version: '10.11.19-MariaDB',
    capabilities: { flags: 0, extended: 0 },
    collation: 45,
    reading: { flavour: 'mariadb', version: 101_119 },
  } as const
  return new TextSettings(server, VARIABLES, new Map())
}

/** What the settings are when a text is done. */
function after(text: string, how: 'done' | 'failed' = 'done'): MysqlSettings {
  const tracked = settings()
  const analysis = analyser.analyse(text, tracked.current)
  for (const statement of analysis.ok ? analysis.statements : [undefined]) tracked[how](statement)
  return tracked.current
}

describe('the settings by which texts are read', () => {
  test.each<[string, Partial<MysqlSettings>]>([
    ["set sql_mode = 'ANSI_QUOTES'", { sqlMode: new Set(['ANSI_QUOTES']) }],
    ['set sql_mode = @x', { sqlMode: 'unknown' }],
    ['set names latin1', { characterSet: 'latin1' }],
    ['use other', { database: 'other' }],
    ["execute immediate concat('set sql_mode', ' = 1')", { sqlMode: 'unknown' }],
    ['execute s', { sqlMode: 'unknown' }],
    ['no statement', { sqlMode: 'unknown' }],
    ['set global sql_mode = 1', settings().current],
    ['select 1', settings().current],
    ['call p()', settings().current],
  ])('follow %s', (text, expected) => {
    expect(after(text)).toMatchObject(expected)
  })

  test.each<[string, Partial<MysqlSettings>]>([
    ["set sql_mode = 'ANSI_QUOTES'", settings().current],
    ["set autocommit = 1, sql_mode = 'ANSI_QUOTES'", { sqlMode: 'unknown' }],
    ['set autocommit = 1, time_zone = 1', settings().current],
    ['no statement', settings().current],
  ])('when it fails, follow %s', (text, expected) => {
    expect(after(text, 'failed')).toMatchObject(expected)
  })

  test('are unsettled from a change on until it is answered, and its text is known before', () => {
    const tracked = settings()
    const { key } = tracked
    expect(tracked.changedBy(undefined)).toBe(true)
    tracked.sent()
    tracked.sent()
    tracked.answered()
    expect(tracked.unsettled).toBe(true)
    tracked.answered()
    tracked.usedSchema('other')
    expect(tracked.unsettled).toBe(false)
    expect(tracked.key).not.toBe(key)
    tracked.told({ ...VARIABLES, database: 'shop' })
    expect(tracked.key).toBe(key)
  })
})
