import { defineConfig } from 'vitest/config'

// Two projects: `unit` needs Node alone and takes seconds; `system` starts real servers.
const resolve = { conditions: ['source'] }
const ssr = { resolve: { conditions: ['source'] } }

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        // No file leaves anything behind for the next, so all share a worker; a fresh one for each would take longer than the tests.
        test: {
          name: 'unit',
          include: ['{packages/*,gateway,agent}/src/**/*.test.ts'],
          testTimeout: 20_000,
          isolate: false,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // Each file starts servers of its own on free ports; more at a time than this and they take the processors from each other.
          maxWorkers: 2,
        },
      },
    ],
  },
})
