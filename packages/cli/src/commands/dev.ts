import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createSigningKey } from '@sallyport/audit-file'
import { loadDev } from '@sallyport/config'
import type { Command } from '../command.ts'
import { describeAddresses } from '../describe-addresses.ts'
import { runService } from '../run-service.ts'

export const dev: Command = {
  words: ['dev'],
  summary: 'Run gateway and agent in one process, from one file.',
  help: `Usage: sallyport dev --config FILE [--check]

Runs both doors in one process: to try things out, not to protect anything.

  --config FILE  one YAML file with the sections gateway: and agent:
  --check        read the file, say what is wrong with it, and leave

The key that signs the audit log is made when its file is not there yet.

Example:
  sallyport dev --config deploy/examples/dev.yaml

Exit codes: 0 stopped as asked, 1 failed, 2 called wrongly.
`,
  run: (args) =>
    runService(args, {
      name: 'dev',
      load: loadDev,
      check: async (config) => {
        const { compileRuntime } = await import('@sallyport/gateway')
        compileRuntime(config.gateway)
      },
      log: (config) => config.gateway.log,
      start: async (config, port) => {
        const [{ startGateway }, { startAgent }] = await Promise.all([
          import('@sallyport/gateway'),
          import('@sallyport/agent'),
        ])
        const key = config.gateway.audit.signingKeyFile
        if (!existsSync(key)) {
          mkdirSync(dirname(key), { recursive: true, mode: 0o700 })
          createSigningKey(key)
        }
        const gateway = await startGateway(config.gateway, port)
        try {
          const agent = await startAgent(config.agent, port)
          return {
            ready: describeAddresses(gateway.addresses),
            reload: (next) => {
              gateway.reload(next.gateway)
              agent.reload(next.agent)
            },
            close: async () => {
              await Promise.all([gateway.close(), agent.close()])
            },
          }
        } catch (error) {
          await gateway.close()
          throw error
        }
      },
    }),
}
