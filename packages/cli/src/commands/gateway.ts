import { loadGateway } from '@sallyport/config'
import type { Command } from '../command.ts'
import { describeAddresses } from '../describe-addresses.ts'
import { runService } from '../run-service.ts'

export const gateway: Command = {
  words: ['gateway'],
  summary: 'Run the gateway: listen for clients and agents, judge, record.',
  help: `Usage: sallyport gateway --config FILE [--check]

Runs the outer door: clients connect to it, agents dial in to it.

  --config FILE  the gateway's YAML file
  --check        read the file, say what is wrong with it, and leave

SIGHUP, or a change of the file, reloads it without dropping a session. SIGTERM and SIGINT drain and stop.

Example:
  sallyport gateway --config gateway.yaml

Exit codes: 0 stopped as asked, 1 failed, 2 called wrongly.
`,
  run: (args) =>
    runService(args, {
      name: 'gateway',
      load: loadGateway,
      check: async (config) => {
        const { compileRuntime } = await import('@sallyport/gateway')
        compileRuntime(config)
      },
      log: (config) => config.log,
      start: async (config, port) => {
        const { startGateway } = await import('@sallyport/gateway')
        const { addresses, reload, close } = await startGateway(config, port)
        return { ready: describeAddresses(addresses), reload, close }
      },
    }),
}
