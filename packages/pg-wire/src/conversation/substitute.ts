import type { SessionMessage } from '../frontend/message.ts'

/** The messages the backend can fail. */
export type RefusableMessage = Exclude<SessionMessage, { readonly type: 'CopyFail' | 'Flush' | 'Sync' | 'Terminate' }>

/** Whether the backend can fail the message. */
export function isRefusable(message: SessionMessage): message is RefusableMessage {
  return message.type in SUBSTITUTES
}

/**
 * What the backend gets in place of a refused message: one that is bound to fail there, and to fail without effect, in the same way and at the
 * same point of the pipeline.
 *
 * Should the frontend have made something of the reserved name, the substitute succeeds on that; it still runs nothing but what was allowed
 * before, and the conversation ends with a violation because a success was not owed.
 */
export function substituteFor(message: RefusableMessage): SessionMessage {
  const substitute = SUBSTITUTES[message.type] as (message: RefusableMessage) => SessionMessage
  return substitute(message)
}

/** A syntax error for every version of the grammar; whoever reads the server's log understands it. */
export const REFUSED_TEXT = 'Sallyport refused this statement'

/** No statement or portal has this name. */
export const REFUSED_NAME = 'refused by Sallyport'

const SUBSTITUTES: {
  readonly [T in RefusableMessage['type']]: (message: Extract<RefusableMessage, { readonly type: T }>) => SessionMessage
} = {
  Query: () => ({ type: 'Query', query: REFUSED_TEXT }),
  Parse: ({ name }) => ({ type: 'Parse', name, query: REFUSED_TEXT, parameterTypes: [] }),
  Bind: ({ portal }) => ({
    type: 'Bind',
    portal,
    statement: REFUSED_NAME,
    parameterFormats: [],
    parameters: [],
    resultFormats: [],
  }),
  Execute: () => ({ type: 'Execute', portal: REFUSED_NAME, maxRows: 0 }),
  Describe: ({ target }) => ({ type: 'Describe', target, name: REFUSED_NAME }),
  // Closing what does not exist is no error, describing it is.
  Close: ({ target }) => ({ type: 'Describe', target, name: REFUSED_NAME }),
  FunctionCall: () => ({ type: 'FunctionCall', functionOid: 0, argumentFormats: [], arguments: [], resultFormat: 0 }),
  CopyData: () => ({ type: 'CopyFail', reason: REFUSED_TEXT }),
  CopyDone: () => ({ type: 'CopyFail', reason: REFUSED_TEXT }),
}
