import type { LimitFacts } from '@sallyport/audit'
import type { ErrPacket } from '@sallyport/mysql-wire'
import { errorPacket } from './refusal.ts'

/** The ERR packet for a statement that a limit has ended. */
export function limitError(limit: LimitFacts): ErrPacket {
  const { kind, maximum, rule } = limit
  const time = kind === 'time'
  return errorPacket({
    ...limitNumber(limit),
    message: time ? `the statement ran for more than ${maximum} ms.` : `the result has more than ${maximum} ${kind}.`,
    detail: `Limited by Sallyport, rule ${rule}. ${time ? 'The statement was cancelled.' : 'The rows that were sent are not all of the result.'}`,
    hint: time
      ? 'Make the statement do less: narrow the WHERE, or read less at a time.'
      : 'Ask for less: narrow the WHERE, name fewer columns, or add a LIMIT.',
  })
}

/** ER_QUERY_INTERRUPTED, as after a KILL QUERY; ER_TOO_BIG_SELECT. */
export function limitNumber({ kind }: LimitFacts): { readonly errorCode: number; readonly sqlState: string } {
  return kind === 'time' ? { errorCode: 1317, sqlState: '70100' } : { errorCode: 1104, sqlState: '42000' }
}
