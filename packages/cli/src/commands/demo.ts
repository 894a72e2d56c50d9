import type { Command } from '../command.ts'

export const demo: Command = {
  words: ['demo'],
  summary: 'See it work: a real PostgreSQL, gateway and agent, and a guided tour.',
  help: `Usage: sallyport demo [--once]

Starts a real PostgreSQL with a shop in it, a gateway and an agent as processes of their own, and shows what a client gets and what the
database holds. Then it stays up, and prints lines to paste.

  --once  leave after the tour

Example:
  npm run demo -- --once

Exit codes: 0 every step came out right, 1 not, 2 called wrongly.
`,
  run: async (args) => (await import('@sallyport/demo')).runDemo(args),
}
