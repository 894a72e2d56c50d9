import { ConfigError, formatProblem, watchConfig, type Loaded, type LogConfig } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import { pino, type Logger } from 'pino'
import { parseOptions, UsageError } from './command.ts'
import { systemClock } from './system-clock.ts'
import { logLines } from './log-lines.ts'

/** What a long-running command is made of. */
export interface Service<C> {
  readonly name: string
  readonly load: (file: string) => Promise<Loaded<C>>
  /** What loading does not see. Throws what is wrong. */
  readonly check?: (config: C) => Promise<void>
  readonly log: (config: C) => LogConfig
  readonly start: (config: C, port: { readonly logger: Logger; readonly clock: Clock }) => Promise<Running<C>>
}

export interface Running<C> {
  /** What the user should know now that it works. */
  readonly ready: string
  readonly reload: (config: C) => void
  readonly close: () => Promise<void>
}

/** Loads the file, starts the service, reloads it when the file changes or SIGHUP comes, and stops it when SIGINT or SIGTERM comes. */
export async function runService<C>(args: readonly string[], service: Service<C>): Promise<number> {
  const { values } = parseOptions(args, { config: { type: 'string' }, check: { type: 'boolean' } })
  if (values.config === undefined) throw new UsageError('--config FILE is missing')
  const file = values.config
  const loaded = await load(service, file)
  if (loaded === undefined) return 1
  await service.check?.(loaded.config)
  if (values.check === true) {
    process.stdout.write(`${file}: good\n`)
    return 0
  }
  // Line by line and at once: a log that is lost with the process says nothing about its end.
  const logger = pino({ level: service.log(loaded.config).level }, logLines(pino.destination({ fd: 2, sync: true })))
  const running = await service.start(loaded.config, { logger, clock: systemClock() })
  const watch = watchConfig(file, loaded, () => service.load(file), {
    onChange: (next) => {
      try {
        running.reload(next.config)
        logger.info('configuration reloaded')
      } catch (error) {
        logger.error({ reason: reasonOf(error) }, 'configuration refused; the old one stays')
      }
    },
    onProblem: (problem) => logger.error({ reason: reasonOf(problem) }, 'configuration refused; the old one stays'),
  })
  process.stdout.write(`sallyport ${service.name} is ready: ${running.ready}\n`)
  await stopSignal()
  process.stdout.write(`sallyport ${service.name} is stopping; once more ends it at once\n`)
  process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1))
  watch.close()
  await running.close()
  return 0
}

/** Undefined when the file is wrong; everything that is wrong with it has been said then. */
async function load<C>({ load }: Service<C>, file: string): Promise<Loaded<C> | undefined> {
  try {
    const loaded = await load(file)
    for (const warning of loaded.warnings) process.stderr.write(`warning: ${formatProblem(warning)}\n`)
    return loaded
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) process.stderr.write(`${formatProblem(problem)}\n`)
    return undefined
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      resolve()
    }
    process.on('SIGINT', stop).on('SIGTERM', stop)
  })
}
