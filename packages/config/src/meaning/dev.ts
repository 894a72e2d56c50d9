import type { DevConfig } from '../types.ts'
import type { Context } from './context.ts'
import { needsHashKey } from './masking.ts'

/** What two sections of one file must agree about. */
export function checkTogether({ gateway, agent }: DevConfig, context: Context): void {
  const known = gateway.agents.find(({ name }) => name === agent.name)
  if (known === undefined) {
    const names = gateway.agents.map(({ name }) => name).join(', ')
    context.problem(['agent', 'name'], `The gateway knows no agent ${agent.name}; it knows ${names}.`)
    return
  }
  if (known.token?.reveal() !== agent.gateway.token?.reveal()) {
    context.problem(['agent', 'gateway', 'token'], `This is not the token that gateway.agents gives to ${agent.name}.`)
  }
  const served = new Set(agent.connections.map(({ name }) => name))
  for (const [index, connection] of gateway.connections.entries()) {
    if (connection.agent !== agent.name) continue
    if (!served.has(connection.name)) {
      context.problem(
        ['gateway', 'connections', index, 'name'],
        `The agent ${agent.name} has no connection ${connection.name}.`,
      )
    }
    if (needsHashKey(connection.masking) && agent.masking.hashKey === undefined) {
      context.problem(
        ['gateway', 'connections', index, 'masking'],
        `The strategy hash needs a key under agent.masking.hash_key.`,
      )
    }
  }
}
