import { displayWidth, fit } from './width.ts'

/** Where the tour writes. */
export interface Output {
  write(text: string): void
  /** Columns of the terminal; undefined when it is none. */
  readonly columns?: number | undefined
  readonly isTTY?: boolean | undefined
}

/** A small table: names of columns, and rows as text; null is NULL. */
export interface Grid {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** The few shapes that the tour's text has. */
export interface Screen {
  /** How many columns there are to write in. */
  readonly width: number
  heading(text: string): void
  /** What happens next, in a sentence or two. */
  say(text: string): void
  /** One line for a step that takes its time. */
  progress(text: string): void
  /** A command or statement as the user would type it. */
  command(prompt: string, text: string): void
  /** What a server or a program printed. */
  block(text: string): void
  /** One promise, and whether it held. */
  check(promise: string, held: boolean): void
  /** What the database holds, and what the client got. */
  sideBySide(
    left: { readonly title: string; readonly grid: Grid },
    right: { readonly title: string; readonly grid: Grid },
  ): void
  /** One table over the whole width. */
  table(grid: Grid): void
  blank(): void
}

/** Writes to `output`; with colour only on a terminal and without NO_COLOR. */
export function createScreen(output: Output, environment: NodeJS.ProcessEnv): Screen {
  const coloured = output.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
  const paint = (code: number, text: string): string => (coloured ? `\u001B[${code}m${text}\u001B[0m` : text)
  const line = (text = ''): void => output.write(`${text}\n`)
  const width = Math.min(Math.max(output.columns ?? DEFAULT_COLUMNS, MIN_COLUMNS), MAX_COLUMNS)
  return {
    width,
    heading: (text) => {
      line()
      line(paint(BOLD, text))
      line(paint(DIM, '─'.repeat(Math.min(displayWidth(text), width))))
    },
    say: (text) => wrap(text, width).forEach((part) => line(part)),
    progress: (text) => line(paint(DIM, `  … ${text}`)),
    command: (prompt, text) => {
      const [first = '', ...rest] = text.split('\n')
      line(`${paint(CYAN, prompt)} ${first}`)
      for (const part of rest) line(`${' '.repeat(displayWidth(prompt))} ${part}`)
    },
    block: (text) => text.split('\n').forEach((part) => line(`    ${part}`)),
    check: (promise, held) => line(`  ${held ? paint(GREEN, '✓') : paint(RED, '✗')} ${promise}`),
    sideBySide: (left, right) => {
      const each = Math.floor((width - 3) / 2)
      const wanted = Math.max(naturalWidth(left.grid), naturalWidth(right.grid))
      const stacked = each < wanted * LEGIBLE_SHARE
      const room = stacked ? width - 2 : each
      const leftLines = gridLines(left.grid, room)
      const rightLines = gridLines(right.grid, room)
      if (stacked) {
        for (const [title, lines, code] of [
          [left.title, leftLines, YELLOW],
          [right.title, rightLines, GREEN],
        ] as const) {
          line(`  ${paint(code, title)}`)
          for (const part of lines) line(`  ${part.trimEnd()}`)
        }
        return
      }
      line(`${paint(YELLOW, fit(left.title, room))} ${paint(DIM, '│')} ${paint(GREEN, right.title)}`)
      for (let at = 0; at < Math.max(leftLines.length, rightLines.length); at++) {
        line(`${leftLines[at] ?? ' '.repeat(room)} ${paint(DIM, '│')} ${(rightLines[at] ?? '').trimEnd()}`)
      }
    },
    table: (grid) => gridLines(grid, width - 2).forEach((part) => line(`  ${part.trimEnd()}`)),
    blank: () => line(),
  }
}

/** The columns a table would like to have. A cell that is long anyway does not count beyond `LONG_CELL`. */
function naturalWidth(grid: Grid): number {
  const widths = grid.columns.map((name, at) => {
    const cells = grid.rows.map((row) => displayWidth(row[at] ?? NULL))
    return Math.min(Math.max(displayWidth(name), ...cells), LONG_CELL)
  })
  return widths.reduce((sum, width) => sum + width + 2, -2)
}

/** The lines of a table, each exactly `room` columns wide. The widest columns give way first. */
function gridLines(grid: Grid, room: number): readonly string[] {
  const cells = [grid.columns, ...grid.rows.map((row) => row.map((value) => value ?? NULL))]
  const widths = grid.columns.map((_, at) => Math.max(...cells.map((row) => displayWidth(row[at] ?? ''))))
  const available = room - 2 * (widths.length - 1)
  while (widths.reduce((sum, width) => sum + width, 0) > available) {
    const widest = widths.indexOf(Math.max(...widths))
    const current = widths[widest] ?? 0
    if (current <= MIN_CELL) break
    widths[widest] = current - 1
  }
  return cells.map((row) => fit(row.map((value, at) => fit(value, widths[at] ?? 1)).join('  '), room))
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    if (current !== '' && displayWidth(current) + 1 + displayWidth(word) > width) {
      lines.push(current)
      current = word
    } else current = current === '' ? word : `${current} ${word}`
  }
  return [...lines, current]
}

const DEFAULT_COLUMNS = 160
const MIN_COLUMNS = 60
const MAX_COLUMNS = 180
// Side by side is worth it while most of each cell is still to be read.
const LEGIBLE_SHARE = 0.75
const LONG_CELL = 30
const MIN_CELL = 4
const NULL = '∅'
const BOLD = 1
const DIM = 2
const RED = 31
const GREEN = 32
const YELLOW = 33
const CYAN = 36
