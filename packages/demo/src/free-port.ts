import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { DemoError } from './errors.ts'

/**
 * A TCP port on `host` that nothing listened on a moment ago. It lies below those that systems give to outgoing connections, any of which may begin
 * before the caller listens. Another server may take it, too, so callers listen at once and ask again when they come too late.
 *
 * Throws DemoError `no-port`.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1)
    if (await isPortFree(port, host)) return port
  }
  throw new DemoError(
    'no-port',
    `${String(ATTEMPTS)} ports between ${String(LOWEST)} and ${String(HIGHEST)} are in use`,
  )
}

/** Whether `port` can be listened on at `host` just now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const server = createServer()
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, host, () => resolve(true))
  })
  if (free) {
    server.close()
    await once(server, 'close')
  }
  return free
}

const ATTEMPTS = 100
const LOWEST = 20_000
// Linux gives outgoing connections 32768 and above, macOS and IANA 49152 and above.
const HIGHEST = 32_767
