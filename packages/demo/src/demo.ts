import { parseArgs } from 'node:util'
import { DemoError } from './errors.ts'
import { startStage, type Stage } from './stage.ts'
import { createScreen, type Output, type Screen } from './screen/screen.ts'
import { runTour } from './tour/steps.ts'

/** What the demo needs of its surroundings; everything has a default. */
export interface DemoPort {
  /** The program that is `sallyport`, and its first arguments. */
  readonly command?: readonly string[]
  readonly output?: Output
}

/**
 * The demo: a real PostgreSQL with a shop in it, the same in MariaDB or MySQL where one is installed, gateway and agent
 * as processes of their own, a tour that checks itself, and then a place to try things. Resolves to the exit code: 0 every step came out right, 1 not, 2 called
 * wrongly.
 */
export async function runDemo(args: readonly string[], port: DemoPort = {}): Promise<number> {
  const screen = createScreen(port.output ?? process.stdout, process.env)
  const options = parse(args)
  if (options === undefined) {
    process.stderr.write(`sallyport demo: cannot understand ${args.join(' ')}\n${USAGE}`)
    return 2
  }
  if (options.help) {
    screen.block(USAGE.trimEnd())
    return 0
  }
  const interrupt = onInterrupt()
  let stage: Stage | undefined
  try {
    const started = performance.now()
    screen.heading('Sallyport: a door with two locks between clients and databases')
    stage = startStage({
      screen,
      signal: interrupt.signal,
      mysql: options.mysql,
      ...(port.command ? { command: port.command } : {}),
    })
    const tour = await orInterrupted(stage.ready, interrupt.signal)
    const right = await orInterrupted(runTour(tour), interrupt.signal)
    screen.blank()
    screen.say(
      `${right ? 'Every step came out right' : 'Not every step came out right'}, ` +
        `${Math.round((performance.now() - started) / 1000)} s after the start.`,
    )
    if (options.once) return right ? 0 : 1
    invite(screen, await stage.invitation())
    await stage.until(interrupt.signal)
    return right ? 0 : 1
  } catch (error) {
    if (interrupt.signal.aborted) return INTERRUPTED
    if (!(error instanceof DemoError)) throw error
    process.stderr.write(`sallyport demo: ${error.message}\n`)
    return 1
  } finally {
    screen.blank()
    screen.progress('stopping')
    await stage?.close()
    interrupt.release()
  }
}

function parse(
  args: readonly string[],
): { readonly once: boolean; readonly help: boolean; readonly mysql?: string | undefined } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        mysql: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch {
    return undefined
  }
}

/** The first Ctrl-C asks for an orderly end, the second ends this process at once; the tether then ends the rest. */
function onInterrupt(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED)
    controller.abort()
  }
  for (const name of SIGNALS) process.on(name, stop)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, stop)
    },
  }
}

function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new DemoError('process-failed', 'interrupted'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

function invite(screen: Screen, lines: readonly { readonly what: string; readonly line: string }[]): void {
  screen.heading('It stays up: try it yourself')
  for (const { what, line } of lines) {
    screen.say(what)
    screen.command('   ', line)
  }
  screen.blank()
  screen.say('Ctrl-C stops everything and removes it.')
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const INTERRUPTED = 130
const USAGE = `Usage: sallyport demo [--once] [--mysql DIR|off]

  --once       leave after the tour; the exit code is 0 only if every step came out right
  --mysql DIR  the MariaDB or MySQL to use, by its folder; off for PostgreSQL alone;
               default the first one found on PATH or in the usual places

Example:
  npm run demo -- --once
`
