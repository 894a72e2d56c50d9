import { FIELD_TYPE, type ComStmtExecute, type Parameter } from '@sallyport/mysql-wire'
import { DEFAULT_MYSQL_SETTINGS, loadMysql } from '@sallyport/sql'
import { describe, expect, test, vi } from 'vitest'
import { boundValues, plannerFor } from './planning.ts'

const settings = DEFAULT_MYSQL_SETTINGS

function factsOf(text: string): Parameters<typeof plannerFor>[0] {
  const analysis = loadMysql().analyse(text, settings)
  return { text, analysis, judged: analysis, settings, unsettles: false }
}

function execution(...parameters: readonly Parameter[]): ComStmtExecute {
  return { type: 'COM_STMT_EXECUTE', statementId: 1, flags: 0, parameters, bound: true }
}

const one: Parameter = { type: FIELD_TYPE.LONG, unsigned: true, name: '', value: Uint8Array.of(1, 0, 0, 0) }

describe('the planner is asked', () => {
  test('about each statement by itself, behind what was sent before', async () => {
    const done: unknown[] = []
    const ask = plannerFor(factsOf(' SELECT 1 ; SELECT 2;'), [], {
      estimate: async ({ text }) => (done.push(text), { cost: 1, rows: 1 }),
      flush: () => done.push('flush'),
    })
    expect(await ask?.(1)).toEqual({ cost: 1, rows: 1 })
    await ask?.(0)
    expect(done).toEqual(['flush', 'SELECT 2', 'flush', 'SELECT 1'])
  })

  test('by nobody where the agent cannot, nor about what is no SQL', () => {
    const flush = (): void => undefined
    expect(plannerFor(factsOf('SELECT 1'), [], { estimate: undefined, flush })).toBeUndefined()
    expect(plannerFor(factsOf('SELEC 1'), [], { estimate: vi.fn(), flush })).toBeUndefined()
  })

  test('nothing when it cannot be given what is bound', async () => {
    const estimate = vi.fn()
    const values = boundValues(execution({ ...one, value: 'long-data' }), 1)
    const ask = plannerFor(factsOf('SELECT ?'), values, { estimate, flush: () => undefined })
    expect(await ask?.(0)).toEqual({ failure: expect.stringContaining('in parts') })
    expect(estimate).not.toHaveBeenCalled()
  })
})

describe('what an execution binds', () => {
  test('has its types as on the wire, and none of the attributes behind it', () => {
    const text: Parameter = { type: FIELD_TYPE.VAR_STRING, unsigned: false, name: '', value: null }
    expect(boundValues(execution(one, text, { ...one, name: 'attribute' }), 2)).toEqual([
      { type: 0x8003, binary: true, null: false, value: Uint8Array.of(1, 0, 0, 0) },
      { type: 0xfd, binary: true, null: true, value: new Uint8Array(0) },
    ])
  })

  test('is not told of rows in bulk, nor when it could not be read', () => {
    expect(boundValues({ ...execution(), parameters: 'unknown' }, 1)).toHaveProperty('failure')
    expect(
      boundValues({ type: 'COM_STMT_BULK_EXECUTE', statementId: 1, flags: 0, types: [], rows: [] }, 0),
    ).toHaveProperty('failure')
  })
})
