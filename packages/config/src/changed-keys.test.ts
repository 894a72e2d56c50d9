import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { changedKeys } from './changed-keys.ts'
import { loadDev } from './load.ts'
import { ENV, example, fileOf } from './testdata/file.ts'

async function changes(replacements: readonly (readonly [string, string])[], env = ENV): Promise<unknown> {
  const path = fileOf(example())
  const { config: before } = await loadDev(path, { env: ENV })
  writeFileSync(path, example(...replacements))
  const { config: after } = await loadDev(path, { env })
  return { gateway: changedKeys(before.gateway, after.gateway), agent: changedKeys(before.agent, after.agent) }
}

describe('the changed keys', () => {
  it('are none for the same file', async () => {
    expect(await changes([])).toEqual({ gateway: [], agent: [] })
  })

  it.each([
    ['127.0.0.1:15432', '127.0.0.1:15433', { gateway: ['listen'], agent: [] }],
    ['rows: 10000', 'rows: 10001', { gateway: ['policy'], agent: [] }],
    ['public.order_total', 'public.order_sum', { gateway: ['connections'], agent: [] }],
    ['read_only: true', 'read_only: false', { gateway: [], agent: ['connections'] }],
    ['groups: [dev] }]', 'groups: [dev, ops] }]', { gateway: ['tokens'], agent: [] }],
  ])('tell %s from %s', async (from, to, expected) => {
    expect(await changes([[from, to]])).toEqual(expected)
  })

  it('tell one secret from another', async () => {
    expect(await changes([], { ...ENV, AGENT_TOKEN: 'another-token-another' })).toEqual({
      gateway: ['agents'],
      agent: ['gateway'],
    })
  })
})
