import type { Analysis } from '@sallyport/core'
import type { CatalogueSnapshot, MysqlSettings, PostgresSettings, SqlLimits } from '@sallyport/sql'

/** What a session's settings look like when they travel to the thread: the catalogue goes as data. */
export interface WorkerSettings extends Pick<PostgresSettings, 'searchPath' | 'functions' | 'userCode'> {
  readonly catalogue: CatalogueSnapshot | undefined
}

/** Settings of which nothing is a catalogue: they travel as they are. Those of MySQL have a flavour. */
export type PlainSettings = Pick<PostgresSettings, 'searchPath' | 'functions' | 'userCode'> | MysqlSettings

/** What the thread is born with. */
export interface WorkerData {
  readonly limits: Partial<SqlLimits>
}

/** To the thread: a text to analyse. A catalogue travels once; afterwards its version names it. */
export interface Job {
  readonly id: number
  readonly text: string
  readonly settings: PlainSettings
  readonly catalogue: CatalogueSnapshot | { readonly version: string } | undefined
}

/** From the thread: first that it is ready, then one answer for each job, in order. */
export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number; readonly analysis: Analysis }
