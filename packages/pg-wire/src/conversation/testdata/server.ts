import type { BackendMessage } from '../../backend/message.ts'
import { noticeFields } from '../../backend/notice-fields.ts'
import type { TransactionStatus } from '../../backend/ready-for-query.ts'
import type { SessionMessage } from '../../frontend/message.ts'

/**
 * A server as far as its order of replies goes, written from postgres.c's main loop and copyfromparse.c and knowing nothing of Conversation. Its
 * SQL is one word per statement: `begin`, `commit`, `rollback`, `row`, `rows`, `copyin`, `copyout`, `fail`, or nothing; other words are
 * syntax errors. A statement may have a label (`row#7`), which its rows carry.
 */
export class ModelServer {
  readonly #statements = new Map<string, string>()
  readonly #portals = new Map<string, { readonly text: string; rowsLeft: number }>()
  #status: TransactionStatus = 'idle'
  #skipping = false
  /** What goes on after a COPY FROM STDIN: the statements behind it, and whether it began in a Query. */
  #copy: Copying | undefined
  #out: BackendMessage[] = []
  /** The session is over. */
  ended = false

  /** What the server answers at once. */
  receive(message: SessionMessage): BackendMessage[] {
    this.#out = []
    if (this.ended) return []
    if (this.#copy !== undefined) this.#copying(this.#copy, message)
    else this.#take(message)
    return this.#out
  }

  #take(message: SessionMessage): void {
    if (message.type === 'Sync') {
      this.#skipping = false
      this.#ready()
    } else if (!this.#skipping) {
      this.#run(message)
    }
  }

  #run(message: SessionMessage): void {
    switch (message.type) {
      case 'Query':
        this.#statements.delete('')
        if (message.query !== '') this.#portals.delete('')
        this.#query(message.query === '' ? [] : message.query.split(';'), message.query === '')
        break
      case 'Parse':
        if (message.name === '') this.#statements.delete('')
        if (!isSyntax(message.query) || this.#aborted(message.query)) this.#failExtended()
        else if (this.#statements.has(message.name)) this.#failExtended()
        else {
          this.#statements.set(message.name, message.query)
          this.#out.push({ type: 'ParseComplete' })
        }
        break
      case 'Bind': {
        const text = this.#statements.get(message.statement)
        if (text === undefined || this.#aborted(text)) this.#failExtended()
        else if (message.portal !== '' && this.#portals.has(message.portal)) this.#failExtended()
        else {
          this.#portals.set(message.portal, { text, rowsLeft: rowsOf(text) })
          this.#out.push({ type: 'BindComplete' })
        }
        break
      }
      case 'Describe': {
        const text =
          message.target === 'statement' ? this.#statements.get(message.name) : this.#portals.get(message.name)?.text
        if (text === undefined || (rowsOf(text) > 0 && this.#status === 'failed')) return this.#failExtended()
        if (message.target === 'statement') this.#out.push({ type: 'ParameterDescription', parameterTypes: [] })
        this.#out.push(rowsOf(text) > 0 ? DESCRIPTION : { type: 'NoData' })
        break
      }
      case 'Close':
        if (message.target === 'statement') this.#statements.delete(message.name)
        else this.#portals.delete(message.name)
        this.#out.push({ type: 'CloseComplete' })
        break
      case 'Execute':
        this.#execute(message.portal, message.maxRows)
        break
      case 'FunctionCall':
        if (message.functionOid === 0 || this.#status === 'failed') this.#fail()
        else this.#out.push({ type: 'FunctionCallResponse', value: null })
        this.#ready()
        break
      case 'CopyData':
      case 'CopyDone':
      case 'CopyFail':
      case 'Flush':
      case 'Sync':
      case 'Terminate':
    }
  }

  #query(statements: readonly string[], empty: boolean): void {
    if (empty) this.#out.push({ type: 'EmptyQueryResponse' })
    if (!statements.every(isSyntax)) {
      this.#fail()
      return this.#ready()
    }
    for (const [index, text] of statements.entries()) {
      if (this.#aborted(text) || wordOf(text) === 'fail') {
        this.#fail()
        break
      }
      if (wordOf(text) === 'copyin') {
        this.#out.push(COPY_IN)
        this.#copy = { rest: statements.slice(index + 1), simple: true }
        return undefined
      }
      if (rowsOf(text) > 0) this.#out.push(DESCRIPTION)
      this.#result(text, rowsOf(text))
    }
    return this.#ready()
  }

  #execute(name: string, maxRows: number): void {
    const portal = this.#portals.get(name)
    if (portal === undefined || this.#aborted(portal.text) || wordOf(portal.text) === 'fail') return this.#failExtended()
    if (portal.text === '') {
      this.#out.push({ type: 'EmptyQueryResponse' })
    } else if (wordOf(portal.text) === 'copyin') {
      this.#out.push(COPY_IN)
      this.#copy = { rest: [], simple: false }
    } else if (maxRows > 0 && portal.rowsLeft >= maxRows) {
      portal.rowsLeft -= maxRows
      this.#rows(portal.text, maxRows)
      this.#out.push({ type: 'PortalSuspended' })
    } else {
      this.#result(portal.text, portal.rowsLeft)
      portal.rowsLeft = 0
    }
    return undefined
  }

  /** While COPY data is read, Sync and Flush are ignored; bad data is noticed when it comes; anything else ends the session. */
  #copying(copy: Copying, message: SessionMessage): void {
    const { type } = message
    if (type === 'Sync' || type === 'Flush' || (type === 'CopyData' && message.data[0] !== BAD)) return
    this.#copy = undefined
    if (type === 'CopyDone') {
      this.#out.push({ type: 'CommandComplete', commandTag: 'COPY 1' })
      if (copy.simple) this.#query(copy.rest, false)
    } else if (copy.simple) {
      this.#fail()
      if (type === 'CopyData' || type === 'CopyFail') this.#ready()
    } else {
      this.#failExtended()
    }
    if (type !== 'CopyDone' && type !== 'CopyData' && type !== 'CopyFail') {
      const fields = noticeFields({ severity: 'FATAL', sqlState: '08P01', message: 'synchronization was lost' })
      this.#out.push({ type: 'ErrorResponse', fields })
      this.ended = true
    }
  }

  #result(text: string, rows: number): void {
    const word = wordOf(text)
    if (word === 'begin') this.#status = 'block'
    if (word === 'commit' || word === 'rollback') this.#end()
    if (word === 'copyout') {
      this.#out.push({ type: 'CopyOutResponse', format: 0, columnFormats: [0] })
      this.#out.push({ type: 'CopyData', data: label(text) }, { type: 'CopyDone' })
    }
    this.#rows(text, rows)
    this.#out.push({ type: 'CommandComplete', commandTag: word.toUpperCase() })
  }

  #rows(text: string, count: number): void {
    for (let row = 0; row < count; row += 1) this.#out.push({ type: 'DataRow', values: [label(text)] })
  }

  #aborted(text: string): boolean {
    return this.#status === 'failed' && wordOf(text) !== 'commit' && wordOf(text) !== 'rollback'
  }

  #failExtended(): void {
    this.#fail()
    this.#skipping = true
  }

  #fail(): void {
    const fields = noticeFields({ severity: 'ERROR', sqlState: 'XX000', message: 'the server failed it' })
    this.#out.push({ type: 'ErrorResponse', fields })
    if (this.#status === 'block') this.#status = 'failed'
  }

  /** Portals end with the transaction, an implicit one too. */
  #ready(): void {
    if (this.#status === 'idle') this.#portals.clear()
    this.#out.push({ type: 'ReadyForQuery', status: this.#status })
  }

  #end(): void {
    this.#status = 'idle'
    this.#portals.clear()
  }
}

interface Copying {
  readonly rest: readonly string[]
  readonly simple: boolean
}

function wordOf(text: string): string {
  return text.split('#')[0] ?? ''
}

function label(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function rowsOf(text: string): number {
  return { row: 1, rows: 5 }[wordOf(text)] ?? 0
}

function isSyntax(text: string): boolean {
  return text === '' || ['begin', 'commit', 'rollback', 'row', 'rows', 'copyin', 'copyout', 'fail'].includes(wordOf(text))
}

const DESCRIPTION: BackendMessage = {
  type: 'RowDescription',
  fields: [{ name: 'v', tableOid: 0, attribute: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }],
}
const COPY_IN: BackendMessage = { type: 'CopyInResponse', format: 0, columnFormats: [0] }
/** The first byte of COPY data that cannot be read. */
const BAD = 0x21 // '!'
