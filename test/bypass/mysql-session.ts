import { CLIENT, COMMAND } from '@sallyport/mysql-wire'
import { openMysqlWire, readAudit, type MysqlPacket, type MysqlWire, type TestSallyport } from '../support/index.ts'

/** How an application sends a text: as it is, or prepared, with NULL for each parameter. */
export type MysqlProtocol = 'text' | 'prepared'

/** What became of a text. An error of the server's means that it came there. */
export interface MysqlOutcome {
  readonly verdict: 'refused' | 'passed'
  readonly errorCode: number | undefined
  readonly message: string | undefined
}

/** Sends texts to a connection of Sallyport. What passes leaves nothing behind: it is rolled back, or its session ends. */
export class MysqlSession {
  readonly #sallyport: TestSallyport
  readonly #protocol: MysqlProtocol
  #wire: MysqlWire | undefined

  constructor(sallyport: TestSallyport, protocol: MysqlProtocol) {
    this.#sallyport = sallyport
    this.#protocol = protocol
  }

  /** @param after `end` for what may change the session itself, such as its prepared statements */
  async outcome(user: string, text: string, after: 'end' | 'rollback' = 'end'): Promise<MysqlOutcome> {
    const wire = (this.#wire ??= await this.#open(user))
    const packets = this.#protocol === 'text' ? await wire.query(text) : await prepared(wire, text)
    const error = packets.find(({ kind }) => kind === 'err')
    const outcome = error === undefined ? PASSED : await this.#outcomeOf(error)
    if (outcome.verdict === 'passed' && after === 'end') this.close()
    else if (outcome.verdict === 'passed') await wire.query('ROLLBACK')
    return outcome
  }

  close(): void {
    this.#wire?.destroy()
    this.#wire = undefined
  }

  /** ERR: 0xff, the code, '#', the state in five bytes, the text. */
  async #outcomeOf({ raw }: MysqlPacket): Promise<MysqlOutcome> {
    const payload = Buffer.from(raw.payload)
    const errorCode = payload.readUInt16LE(1)
    const message = payload.subarray(9).toString()
    const isRefused = REFUSED.test(message) || (UNREADABLE.has(errorCode) && (await this.#denied()))
    return { verdict: isRefused ? 'refused' : 'passed', errorCode, message }
  }

  /** Whether the last verdict in the log is a denial. */
  async #denied(): Promise<boolean> {
    const records = await readAudit(this.#sallyport.auditDirectory)
    return records.findLast(({ type }) => type === 'statement-verdict')?.['action'] === 'deny'
  }

  #open(user: string): Promise<MysqlWire> {
    const { mysqlPort: port, token: password } = this.#sallyport
    const flags = { with: CLIENT.MULTI_STATEMENTS, without: CLIENT.QUERY_ATTRIBUTES }
    return openMysqlWire({ port, user, password, database: 'shop', clear: true, ...flags })
  }
}

async function prepared(wire: MysqlWire, text: string): Promise<readonly MysqlPacket[]> {
  wire.raw(Buffer.concat([Buffer.from([COMMAND.COM_STMT_PREPARE]), Buffer.from(text)]))
  const replies = await wire.replies()
  const payload = Buffer.from(replies[0]?.raw.payload ?? [])
  if (replies[0]?.kind !== 'prepared') return replies
  const parameters = payload.readUInt16LE(7)
  // COM_STMT_EXECUTE: statement id, no cursor, one iteration; for parameters a bitmap of NULLs and their types (MYSQL_TYPE_NULL).
  const bound = Buffer.concat([
    Buffer.alloc(Math.ceil(parameters / 8), 0xff),
    Buffer.from([1]),
    Buffer.from(Array.from({ length: parameters }, () => [6, 0]).flat()),
  ])
  wire.raw(
    Buffer.concat([
      Buffer.from([COMMAND.COM_STMT_EXECUTE]),
      payload.subarray(1, 5),
      Buffer.from([0, 1, 0, 0, 0]),
      parameters === 0 ? Buffer.alloc(0) : bound,
    ]),
  )
  return wire.replies()
}

/** What Sallyport says of itself, and of KILL of what is not the user's. */
const REFUSED = /Refused by Sallyport|Sessions of your own can be killed|KILL is available only/
/** A text that cannot be read is refused in the server's own words: the audit log knows who refused it. */
const UNREADABLE: ReadonlySet<number> = new Set([1064, 1065, 1153, 1300])
const PASSED: MysqlOutcome = { verdict: 'passed', errorCode: undefined, message: undefined }
