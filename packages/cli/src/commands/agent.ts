import { loadAgent } from '@sallyport/config'
import type { Command } from '../command.ts'
import { runService } from '../run-service.ts'

export const agent: Command = {
  words: ['agent'],
  summary: 'Run the agent beside the databases: hold credentials, run statements, mask.',
  help: `Usage: sallyport agent --config FILE [--check]

Runs the inner door: it dials out to the gateway and serves the connections of its file.

  --config FILE  the agent's YAML file
  --check        read the file, say what is wrong with it, and leave

SIGHUP, or a change of the file, reloads it without dropping a session. SIGTERM and SIGINT drain and stop.

Example:
  sallyport agent --config agent.yaml

Exit codes: 0 stopped as asked, 1 failed, 2 called wrongly.
`,
  run: (args) =>
    runService(args, {
      name: 'agent',
      load: loadAgent,
      log: (config) => config.log,
      start: async (config, port) => {
        const { startAgent } = await import('@sallyport/agent')
        const { reload, close } = await startAgent(config, port)
        return {
          reload,
          close,
          ready: `dials ${config.gateway.addresses.join(', ')} and serves ${config.connections.map(({ name }) => name).join(', ')}`,
        }
      },
    }),
}
