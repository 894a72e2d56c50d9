import { type Exposure, foldName, maskMysqlReport, protectionOf } from '@sallyport/masking'
import {
  type Capabilities,
  type ColumnDefinition,
  decodeBackendAs,
  encodeBackend,
  type RawPacket,
} from '@sallyport/mysql-wire'
import type { StatementFacts } from '../../masking/facts.ts'
import type { StatementJudge } from '../../masking/judge.ts'
import type { SessionMemory } from '../../masking/mysql/session-memory.ts'
import { withoutValues } from './session-state.ts'

/** Takes values out of the packets that are no rows: errors, what OK says of the session, column names and defaults. */
export class MessageMask {
  readonly #judge: StatementJudge
  readonly #memory: SessionMemory
  readonly #capabilities: Capabilities

  constructor(judge: StatementJudge, memory: SessionMemory, capabilities: Capabilities) {
    this.#judge = judge
    this.#memory = memory
    this.#capabilities = capabilities
  }

  /** What of an ERR packet may leave. */
  error(raw: RawPacket, facts: StatementFacts | undefined, exposure: Exposure): Uint8Array {
    if (this.#judge.idle || exposure === 'none') return raw.bytes
    const error = decodeBackendAs('ERR', raw.payload, this.#capabilities)
    return encodeBackend(maskMysqlReport(error, exposure, facts?.source?.text), this.#capabilities, raw.sequence)
  }

  /** What of an OK packet may leave: values of settings are free text, which code may have made. */
  ok(raw: RawPacket, exposure: Exposure): Uint8Array {
    if (this.#judge.idle || (exposure === 'none' && !this.#memory.tainted)) return raw.bytes
    const ok = decodeBackendAs('OK', raw.payload, this.#capabilities)
    // Code can set the id of the last insertion to what it likes.
    const lastInsertId = exposure === 'unknown' ? 0n : ok.lastInsertId
    if (ok.sessionState === undefined && lastInsertId === ok.lastInsertId) return raw.bytes
    const sessionState = ok.sessionState === undefined ? undefined : withoutValues(ok.sessionState)
    return encodeBackend({ ...ok, lastInsertId, sessionState }, this.#capabilities, raw.sequence)
  }

  /** What of a column definition may leave. */
  definition(raw: RawPacket, facts: StatementFacts | undefined, exposure: Exposure): Uint8Array {
    if (this.#judge.idle) return raw.bytes
    const column = decodeBackendAs('ColumnDefinition', raw.payload, this.#capabilities)
    const masked = this.#named(this.#defaulted(column), facts, exposure)
    return masked === column ? raw.bytes : encodeBackend(masked, this.#capabilities, raw.sequence)
  }

  /** The default of a protected column is a value of it. */
  #defaulted(column: ColumnDefinition): ColumnDefinition {
    if (column.defaultValue === undefined || column.defaultValue === null) return column
    const clear = column.orgTable !== '' && protectionOf(this.#judge.protection, column).type === 'clear'
    return clear ? column : { ...column, defaultValue: null }
  }

  /** A name that code chose at run time can be a value. It stays when a lasting table or the statement's text gives it. */
  #named(column: ColumnDefinition, facts: StatementFacts | undefined, exposure: Exposure): ColumnDefinition {
    if (exposure !== 'unknown' && !this.#memory.tainted) return column
    const { protection } = this.#judge
    const known = column.orgTable !== '' && protectionOf(protection, column).type !== 'missing'
    const text = foldName(facts?.source?.text ?? '')
    const given = (name: string): boolean => name === '' || text.includes(foldName(name))
    const names = {
      name: (known && foldName(column.name) === foldName(column.orgName)) || given(column.name) ? column.name : HIDDEN,
      table:
        given(column.table) || (known && foldName(column.table) === foldName(column.orgTable)) ? column.table : HIDDEN,
      orgTable: known || given(column.orgTable) ? column.orgTable : '',
      orgName: known || given(column.orgName) ? column.orgName : '',
    }
    const same = (Object.keys(names) as (keyof typeof names)[]).every((key) => names[key] === column[key])
    return same ? column : { ...column, ...names }
  }
}

const HIDDEN = 'hidden'
