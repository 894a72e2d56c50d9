/** One row of an EXPLAIN in the traditional format. Spec: explain-output. */
export interface PlanRow {
  /** The query block; undefined for the result of a union. */
  readonly block: number | undefined
  /** `SIMPLE`, `DERIVED`, `DEPENDENT SUBQUERY` … */
  readonly selectType: string
  /** Undefined where nothing is read row by row. */
  readonly accessType: string | undefined
  /** Rows read each time; undefined where the planner has no number. */
  readonly rows: number | undefined
  /** Percent of them that go on. */
  readonly filtered: number
  readonly extra: string
}

/** What a statement weighs: the rows that it reads by the planner's numbers, and the rows that its first query gives. */
export type PlanWeight = { readonly cost: number; readonly rows: number } | { readonly failure: string }

/** Reads the values of one row; undefined for a format that is not known: both servers have 10 columns, or 12 with `partitions` and `filtered`. */
export function planRow(values: readonly (string | undefined)[]): PlanRow | undefined {
  if (values.length !== 10 && values.length !== 12) return undefined
  const [id, selectType = '', , ...rest] = values
  const [accessType, , , , , ...numbers] = values.length === 12 ? rest.slice(1) : rest
  const [rows, filtered, extra] = values.length === 12 ? numbers : [numbers[0], undefined, numbers[1]]
  return {
    block: numberOf(id),
    selectType,
    accessType,
    rows: numberOf(rows),
    filtered: numberOf(filtered) ?? 100,
    extra: extra ?? '',
  }
}

/**
 * Adds a plan up. Tables of one query block are read in their order, each as often as those before it give rows; a block that depends on another is
 * run as often as that gives any. Which one that is a plan does not say: the dearest of those before it is taken. The server's own SQL_BIG_SELECTS
 * counts so, too; join buffers and hash tables save much of it in practice.
 *
 * @param wanted after how many rows a query of one table stops; undefined for one that reads all
 */
export function weighPlan(plan: readonly PlanRow[], wanted: number | undefined): PlanWeight {
  if (plan.length === 0) return { failure: 'the planner gave no plan for it' }
  const blocks = new Map<number, Block>()
  let cost = 0
  for (const row of plan) {
    const { block: id, selectType } = row
    if (id === undefined || selectType === 'UNION RESULT') continue
    if (selectType.startsWith('RECURSIVE') || row.extra.includes('Recursive')) {
      return { failure: 'the planner does not tell how often a recursive query recurs' }
    }
    let block = blocks.get(id)
    if (block === undefined) {
      block = { times: DEPENDING.test(selectType) ? dearest(blocks, id) : 1, gives: 1, peak: 1 }
      blocks.set(id, block)
    }
    const read = rowsOf(row, plan.length === 1 ? wanted : undefined)
    if (read === undefined) continue
    // A planner says 0 of what it thinks is empty now.
    const reads = block.gives * Math.max(read, 1)
    cost += block.times * reads
    block.peak = Math.max(block.peak, reads)
    block.gives = Math.max((reads * row.filtered) / 100, 1)
  }
  return { cost: whole(cost), rows: whole(blocks.get(1)?.gives ?? 0) }
}

interface Block {
  /** How often it runs. */
  readonly times: number
  /** Rows of the tables so far, by what goes on; and the most that any of them was read for. */
  gives: number
  peak: number
}

/** How often a block of that id runs that depends on one before it. */
function dearest(blocks: ReadonlyMap<number, Block>, id: number): number {
  let times = 1
  for (const [other, block] of blocks) if (other < id) times = Math.max(times, block.times * block.peak)
  return times
}

/** Undefined for a row that reads nothing: what is inserted into, and what was answered while planning. */
function rowsOf({ accessType, extra, rows, selectType }: PlanRow, wanted: number | undefined): number | undefined {
  if (selectType === 'INSERT' || selectType === 'REPLACE') return undefined
  if (rows === undefined) return accessType === undefined ? undefined : UNTOLD_ROWS
  return wanted !== undefined && UNSORTED.test(extra) ? Math.min(rows, wanted) : rows
}

function numberOf(value: string | undefined): number | undefined {
  const number = value === undefined || value === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) && number >= 0 ? number : undefined
}

function whole(number: number): number {
  return Math.min(Math.ceil(number), Number.MAX_SAFE_INTEGER)
}

/** Blocks that run more than once. MariaDB's LATERAL DERIVED is filled for each row, as MySQL's DEPENDENT DERIVED is. */
const DEPENDING = /^(?:DEPENDENT|UNCACHEABLE|LATERAL)\b/
/** Every row that is read is a row of the result. */
const UNSORTED = /^(?:Using index)?$/
/** Taken for a table of which the planner has no number: MariaDB's of information_schema, which it makes when they are read. */
const UNTOLD_ROWS = 1000
