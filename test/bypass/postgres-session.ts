import { noticeField, type BackendMessage, type FrontendMessage } from '@sallyport/pg-wire'
import { openWire, type TestSallyport, type Wire } from '../support/index.ts'

/** How an application sends a text. */
export const PROTOCOLS: Readonly<Record<string, (text: string) => readonly FrontendMessage[]>> = {
  simple: (query) => [{ type: 'Query', query }],
  extended: (query) => [
    { type: 'Parse', name: '', query, parameterTypes: [] },
    {
      type: 'Bind',
      portal: '',
      statement: '',
      parameterFormats: [],
      parameters: Array.from({ length: parametersOf(query) }, () => null),
      resultFormats: [],
    },
    { type: 'Describe', target: 'portal', name: '' },
    { type: 'Execute', portal: '', maxRows: 0 },
    { type: 'Sync' },
  ],
}

/** What became of a text. An error of the server's means that it came there. */
export interface Outcome {
  readonly verdict: 'refused' | 'passed'
  readonly sqlState: string | undefined
  readonly message: string | undefined
}

/** Sends texts to a connection of Sallyport. What passes leaves nothing behind: it is rolled back, or its session ends. */
export class PostgresSession {
  readonly #sallyport: TestSallyport
  readonly #messages: (text: string) => readonly FrontendMessage[]
  #wire: Wire | undefined
  #user: string | undefined

  constructor(sallyport: TestSallyport, messages: (text: string) => readonly FrontendMessage[]) {
    this.#sallyport = sallyport
    this.#messages = messages
  }

  /** @param after `end` for what may change the session itself, such as its prepared statements */
  async outcome(user: string, text: string, after: 'end' | 'rollback' = 'end'): Promise<Outcome> {
    if (this.#user !== user) this.close()
    const { port, token } = this.#sallyport
    this.#wire ??= await openWire({ port, user, database: 'postgres', password: token })
    this.#user = user
    this.#wire.send(...this.#messages(text))
    const error = (await this.#wire.until('ReadyForQuery')).find((message) => message.type === 'ErrorResponse')
    const verdict = error !== undefined && isRefusal(error) ? 'refused' : 'passed'
    if (verdict === 'passed' && after === 'end') this.close()
    else if (verdict === 'passed') await this.#wire.query('ROLLBACK')
    return {
      verdict,
      sqlState: error && noticeField(error, 'sqlState'),
      message: error && noticeField(error, 'message'),
    }
  }

  close(): void {
    this.#wire?.destroy()
    this.#wire = undefined
  }
}

/** The server's own errors name the file of its source that they come from. */
function isRefusal(message: BackendMessage): boolean {
  return message.type === 'ErrorResponse' && noticeField(message, 'file') === undefined
}

/** The highest number of a parameter; those of PREPARE are given to EXECUTE. */
function parametersOf(text: string): number {
  if (/^prepare/i.test(text)) return 0
  return Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
}
