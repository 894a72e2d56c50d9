import { join } from 'node:path'
import { databaseEnvironment, type DemoPorts } from '../configuration.ts'
import { freePort, isPortFree } from '../free-port.ts'
import type { Screen } from '../screen/screen.ts'
import { startService, type Service } from '../service.ts'
import type { DemoDatabase } from './databases.ts'

/** What gateway and agent are started with. */
export interface ServicesOptions {
  readonly command: readonly string[]
  readonly directory: string
  readonly ports: DemoPorts
  readonly databases: readonly DemoDatabase[]
  readonly secrets: { readonly alice: string; readonly agent: string; readonly hash: string }
  readonly screen: Screen
}

/** Starts gateway and agent, and resolves once they have found each other. Throws `process-failed`. */
export async function startServices(
  { command, directory, ports, databases, secrets, screen }: ServicesOptions,
  closers: (() => Promise<void>)[],
): Promise<readonly Service[]> {
  // Each side gets its own secrets only: the gateway never sees a password of the database.
  const gateway = startService({
    name: 'gateway',
    command: [...command, 'gateway', '--config', join(directory, 'gateway.yaml')],
    env: { ALICE_TOKEN: secrets.alice, AGENT_TOKEN: secrets.agent },
    cwd: directory,
    readyUrl: `http://127.0.0.1:${ports.gatewayHttp}/readyz`,
  })
  const agent = startService({
    name: 'agent',
    command: [...command, 'agent', '--config', join(directory, 'agent.yaml')],
    env: { AGENT_TOKEN: secrets.agent, HASH_KEY: secrets.hash, ...databaseEnvironment(databases) },
    cwd: directory,
    readyUrl: `http://127.0.0.1:${ports.agentHttp}/readyz`,
  })
  closers.push(async () => {
    await Promise.all([gateway.stop(), agent.stop()])
  })
  await Promise.all([gateway.untilReady(), agent.untilReady()])
  const doors = databases.map(({ engine }) => ports[engine]).join(' and ')
  screen.progress(`gateway (process ${gateway.pid}) on port ${doors}, agent (process ${agent.pid}) joined to it`)
  return [gateway, agent]
}

/** The ports of the manual where they are free, others where they are not. */
export async function choosePorts(screen: Screen, databases: readonly DemoDatabase[]): Promise<DemoPorts> {
  const choose = async (wanted: number): Promise<number> => {
    if (await isPortFree(wanted)) return wanted
    const port = await freePort()
    screen.say(`Port ${wanted} is busy, so this uses ${port}.`)
    return port
  }
  return {
    postgres: await choose(15_432),
    mysql: databases.some(({ engine }) => engine === 'mysql') ? await choose(13_306) : 0,
    gatewayHttp: await choose(8700),
    tunnel: await choose(8701),
    agentHttp: await choose(8702),
  }
}
