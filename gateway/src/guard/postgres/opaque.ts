import type { Analysis, Effect } from '@sallyport/core'
import { analysisOfOne, opaqueStatement } from '../opaque.ts'

/** Facts about something of which only the effects are known. */
export function opaque(kind: string, ...effects: readonly Effect[]): Analysis {
  return analysisOfOne(opaqueStatement('postgres', kind, effects))
}

/** A setting that a client starts its session with is judged as the SET it amounts to. */
export function startupSetting(name: string, literal: string): Analysis {
  return analysisOfOne(
    opaqueStatement('postgres', 'set', ['session'], { type: 'set', name, value: { literal }, local: false }),
  )
}
