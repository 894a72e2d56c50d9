import { decodeSessionTrack } from '@sallyport/mysql-wire'
import { expect, test } from 'vitest'
import { withoutValues } from './session-state.ts'

const text = (value: string): readonly number[] => [value.length, ...Buffer.from(value)]
const entry = (kind: number, data: readonly number[]): readonly number[] => [kind, data.length, ...data]

test('variables that are free text lose their news, and everything else keeps it', () => {
  const state = Uint8Array.from([
    ...entry(0, [...text('autocommit'), ...text('ON')]),
    ...entry(0, [...text('time_zone'), ...text('123-45-6789')]),
    ...entry(1, text('shop')),
    ...entry(0, [...text('autocommit'), ...text('ON'), ...text('x'), ...text('123-45-6789')]),
    ...entry(5, [8, ...Buffer.from('T_______')]),
  ])
  expect(decodeSessionTrack(withoutValues(state))).toMatchObject([
    { type: 'system-variable', name: 'autocommit', value: 'ON' },
    { type: 'schema', name: 'shop' },
    { type: 'other', kind: 5 },
  ])
})
