import { bodiless, type Codec } from '../codec.ts'

/** Flush (F) asks the backend to send what it holds back. Spec: protocol-message-formats, "Flush". */
export interface Flush {
  readonly type: 'Flush'
}

export const Flush: Codec<Flush> = bodiless(0x48 /* 'H' */, { type: 'Flush' })

/** Sync (F) ends a run of extended messages; the backend answers ReadyForQuery. Spec: protocol-message-formats, "Sync". */
export interface Sync {
  readonly type: 'Sync'
}

export const Sync: Codec<Sync> = bodiless(0x53 /* 'S' */, { type: 'Sync' })

/** Terminate (F) ends the session. Spec: protocol-message-formats, "Terminate". */
export interface Terminate {
  readonly type: 'Terminate'
}

export const Terminate: Codec<Terminate> = bodiless(0x58 /* 'X' */, { type: 'Terminate' })
