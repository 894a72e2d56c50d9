import { readLengthBytes, readLengthText } from './lenenc.ts'
import { decoding } from './malformed.ts'

/** What changed in a session. Spec: page_protocol_basic_ok_packet, "Session State Information". */
export type SessionChange =
  /** A system variable has another value: a channel that carries values. */
  | { readonly type: 'system-variable'; readonly name: string; readonly value: string }
  | { readonly type: 'schema'; readonly name: string }
  | { readonly type: 'state-change'; readonly changed: boolean }
  /** GTIDs, transaction characteristics and state, and what later servers add, by its number and undecoded. */
  | { readonly type: 'other'; readonly kind: number; readonly data: Uint8Array }

/** Reads the session state of an OK packet. Text that is not UTF-8 has U+FFFD in it. Throws MalformedMessageError. */
export function decodeSessionTrack(sessionState: Uint8Array): readonly SessionChange[] {
  return decoding(
    'backend',
    'session state',
    sessionState,
    (body) => {
      const changes: SessionChange[] = []
      while (body.remaining > 0) {
        const kind = body.uint8()
        readChanges(kind, readLengthBytes(body), changes)
      }
      return changes
    },
    'lossy',
  )
}

function readChanges(kind: number, data: Uint8Array, changes: SessionChange[]): void {
  if (kind === 2) {
    // The documentation has a length before the flag; MySQL sends the flag alone.
    changes.push({ type: 'state-change', changed: data.at(-1) === YES })
    return
  }
  if (kind !== 0 && kind !== 1) {
    changes.push({ type: 'other', kind, data })
    return
  }
  decoding(
    'backend',
    'session state',
    data,
    (body) => {
      // MariaDB puts several variables into one.
      do {
        const name = readLengthText(body)
        if (kind === 0) changes.push({ type: 'system-variable', name, value: readLengthText(body) })
        else changes.push({ type: 'schema', name })
      } while (body.remaining > 0)
    },
    'lossy',
  )
}

const YES = 0x31 // '1'
