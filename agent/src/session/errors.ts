/**
 * Why the relay ends a session.
 *
 * - `undescribed-rows`: rows came that no description explains, so nobody can say what is in them.
 * - `floor-broken`: the database reports a setting that the agent's floor does not allow.
 * - `reading-changed`: the database reports a setting under which it reads texts otherwise than they are judged.
 */
export type RelayErrorCode = 'undescribed-rows' | 'floor-broken' | 'reading-changed'

/** An error of the relay itself. Its message holds names, never a value. */
export class RelayError extends Error {
  readonly code: RelayErrorCode

  constructor(code: RelayErrorCode, message: string) {
    super(message)
    this.name = 'RelayError'
    this.code = code
  }
}
