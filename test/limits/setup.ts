import { noticeField, type BackendMessage } from '@sallyport/pg-wire'
import {
  openWire,
  startPostgres,
  startSallyport,
  type TestPostgres,
  type TestSallyport,
  type Wire,
} from '../support/index.ts'

/** A database, and connections to it that each have one limit. */
export interface LimitStage {
  readonly postgres: TestPostgres
  readonly sallyport: TestSallyport
  readonly connect: (connection: LimitedConnection) => Promise<Wire>
  readonly stop: () => Promise<void>
}

export type LimitedConnection = keyof typeof LIMITS

/** The limits, by the connection that has them. */
export const LIMITS = {
  none: undefined,
  rows: { rows: 10 },
  masked: { rows: 10 },
  bytes: { bytes: 2000 },
  time: { timeout: '300ms' },
  quick: { timeout: '15ms', functions: ['pg_sleep'] },
  all: { rows: 10, bytes: 2000, timeout: '5s' },
} as const

/** Starts both, with the table `shop` of a thousand rows, and `log`, an empty one. */
export async function setLimits(version: 15 | 18): Promise<LimitStage> {
  const postgres = await startPostgres({
    version,
    users: [{ name: 'plain', attributes: 'SUPERUSER' }],
    hba: ['host all plain 127.0.0.1/32 trust'],
  })
  try {
    await postgres.query(`CREATE TABLE shop (id int PRIMARY KEY, name text, secret text);
      INSERT INTO shop SELECT i, 'name ' || i, 'secret ' || i FROM generate_series(1, 1000) i;
      CREATE TABLE log (id int)`)
    const sallyport = await startSallyport({
      gateway: { limits: { cancel_grace: '1s' } },
      connections: Object.entries(LIMITS).map(([name, limit]) => ({
        name,
        target: { host: postgres.host, port: postgres.port, database: 'postgres' },
        user: postgres.user,
        password: postgres.password,
        guardrails: limit === undefined ? ['anything'] : ['anything', `limit-${name}`],
        ...(name === 'masked' ? { columns: [{ match: '*.shop.secret', strategy: 'redact' }] } : {}),
      })),
      guardrails: {
        anything: [{ id: 'anything', allow: { effects: EVERYTHING } }],
        ...Object.fromEntries(
          Object.entries(LIMITS)
            .filter(([, limit]) => limit !== undefined)
            .map(([name, limit]) => [`limit-${name}`, [{ id: `max-${name}`, limit }]]),
        ),
      },
    })
    return {
      postgres,
      sallyport,
      connect: (connection) =>
        openWire({
          host: sallyport.host,
          port: sallyport.port,
          user: connection,
          password: sallyport.token,
          database: 'postgres',
        }),
      stop: async () => {
        await sallyport.stop()
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

/** Messages in short: `T D*10 E54000 Zidle`; ParameterStatus is left out. */
export function brief(messages: readonly BackendMessage[]): string {
  const words: string[] = []
  let rows = 0
  for (const message of messages) {
    const row = message.type === 'DataRow' || message.type === 'CopyData'
    if (row) rows++
    else if (message.type !== 'ParameterStatus') {
      if (rows > 0) words.push(`D*${rows}`)
      rows = 0
      words.push(word(message))
    }
  }
  return [...words, ...(rows > 0 ? [`D*${rows}`] : [])].join(' ')
}

function word(message: BackendMessage): string {
  const { type } = message
  if (type === 'CommandComplete') return `C(${message.commandTag})`
  if (type === 'ReadyForQuery') return `Z${message.status}`
  if (type === 'ErrorResponse' || type === 'NoticeResponse') return `${type[0]}${noticeField(message, 'sqlState')}`
  return LETTERS[type] ?? type
}

const LETTERS: Partial<Record<BackendMessage['type'], string>> = {
  RowDescription: 'T',
  ParseComplete: '1',
  BindComplete: '2',
  CloseComplete: '3',
  PortalSuspended: 's',
  NoData: 'n',
}
const EVERYTHING = [
  'read',
  'write',
  'ddl',
  'dcl',
  'session',
  'transaction',
  'procedural',
  'file',
  'network',
  'admin',
  'unknown',
]
