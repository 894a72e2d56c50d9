import { spawn } from 'node:child_process'
import { AgentError } from '../errors.ts'
import { parseCredentials } from './parse.ts'
import type { CredentialSource } from './source.ts'

export interface ExecOptions {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]]
  readonly timeoutMs: number
  /** More output than this fails. */
  readonly maxOutputBytes: number
}

export const DEFAULT_EXEC_LIMITS: Pick<ExecOptions, 'timeoutMs' | 'maxOutputBytes'> = {
  timeoutMs: 10_000,
  maxOutputBytes: 64 * 1024,
}

/**
 * Credentials from a program, run for each session, that writes them to its standard output as JSON. Its standard error is thrown away:
 * programs put secrets there.
 */
export function execCredentials(options: ExecOptions): CredentialSource {
  return {
    lease: async (signal) => parseCredentials(await run(options, signal), `the output of ${options.command[0]}`),
  }
}

function run({ command, timeoutMs, maxOutputBytes }: ExecOptions, signal: AbortSignal): Promise<string> {
  const [program, ...rest] = command
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new AgentError('credential-aborted', 'the session ended first'))
    // Its own process group: what the program started itself is ended with it.
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'ignore'], detached: true, windowsHide: true })
    const chunks: Buffer[] = []
    let length = 0
    let failure: AgentError | undefined
    const stop = (error: AgentError): void => {
      failure ??= error
      if (child.pid !== undefined) killGroup(child.pid)
      child.stdout.destroy()
    }
    const timer = setTimeout(
      () => stop(new AgentError('credential-timeout', `${program} took more than ${timeoutMs} ms`)),
      timeoutMs,
    )
    const abort = (): void => stop(new AgentError('credential-aborted', 'the session ended first'))
    signal.addEventListener('abort', abort, { once: true })

    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length
      chunks.push(chunk)
      if (length > maxOutputBytes) {
        stop(new AgentError('credential-too-large', `${program} wrote more than ${maxOutputBytes} bytes`))
      }
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      failure ??= new AgentError('credential-failed', `${program} could not be run (${error.code ?? 'unknown'})`)
    })
    child.on('close', (code, killedBy) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      if (code !== 0)
        failure ??= new AgentError('credential-failed', `${program} ended with ${code ?? killedBy ?? 'an error'}`)
      const text = Buffer.concat(chunks).toString('utf8')
      for (const chunk of chunks) chunk.fill(0)
      if (failure === undefined) resolve(text)
      else reject(failure)
    })
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
