import { EFFECTS } from '@sallyport/core'
import { z } from 'zod'
import { audience, ruleSets, setUse } from './guardrails.ts'
import { maskingSets } from './masking.ts'
import { address, count, duration, durationOrNone, name, reference, section, size } from './values.ts'

const functionName = z
  .string()
  .regex(
    /^[^.*?\s]+(\.[^.*?\s]+)?$/,
    'a function is schema.name, or name where the text does not qualify it, without wildcards',
  )

/** Functions that are no built-in ones. */
export const functions = section({
  allow: z
    .array(functionName)
    .optional()
    .describe('functions that only read: schema.name, or name where the text does not qualify it'),
  effects: z
    .record(functionName, z.array(z.enum(EFFECTS)).min(1))
    .optional()
    .describe('functions that do more, and what they do'),
})

/** What is logged. */
export const log = section({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error']).optional().describe('default info'),
})

const tls = { cert: reference.describe('certificate chain, PEM'), key: reference.describe('private key, PEM') }

const token = section({
  token: reference.describe('what the client gives as its password'),
  subject: z.string().min(1).max(255).describe('who this is; the name in the audit log'),
  email: z.string().min(3).max(255).optional(),
  groups: z.array(z.string().min(1)).optional(),
  kind: z.enum(['human', 'mcp', 'service']).optional().describe('default human'),
})

const agent = section({
  name: name.describe('the name that the agent gives itself'),
  token: reference.optional().describe('what the agent proves itself with'),
  certificate: z.string().min(1).optional().describe('common name of the client certificate it proves itself with'),
}).refine(
  (value) => value.token !== undefined || value.certificate !== undefined,
  'an agent needs a token, a certificate, or both',
)

const connection = section({
  name: name.describe('clients give it as their user name'),
  engine: z.enum(['postgres', 'mysql'], 'an engine is postgres or mysql, which is MariaDB, too'),
  agent: name.describe('the agent that serves it'),
  access: audience.optional().describe('who may use it; without it, nobody'),
  guardrails: z.array(setUse).optional().describe('rule sets in force, built-in or defined below'),
  masking: name.optional().describe('one of the masking sets below'),
  functions: functions.optional().describe('functions that are no built-in ones'),
  allow_function_call: z
    .boolean()
    .optional()
    .describe("PostgreSQL: lets the protocol's FunctionCall message pass; default false"),
  allow_local_infile: z.boolean().optional().describe('MySQL: lets LOAD DATA LOCAL take a file; default false'),
})

const limits = section({
  message_bytes: size.optional().describe('one message of a client; default 64MiB'),
  statement_bytes: size.optional().describe('the text of one statement; default 1MiB'),
  sessions: count.optional().describe('client sessions at once; default 1000'),
  sessions_per_user: count.optional().describe('client sessions of one subject at once; default 100'),
  logins: count
    .optional()
    .describe('connections at once whose user is not known yet; beyond it the oldest gives way; default 256'),
  pipelined_statements: count
    .optional()
    .describe('statements sent ahead of their answers in one session; default 1000'),
  buffer_bytes: size.optional().describe('what may wait in one session, for each direction; default 1MiB'),
  idle_timeout: durationOrNone.optional().describe('a session without traffic is ended; default 0, never'),
  login_timeout: duration.optional().describe('from the first byte to a session that is ready; default 30s'),
  drain_timeout: durationOrNone.optional().describe('how long sessions may go on when the gateway stops; default 30s'),
  cancel_grace: duration
    .optional()
    .describe('how long a statement that a limit has cancelled may take to end, before its session is; default 10s'),
  estimate_timeout: duration
    .optional()
    .describe("how long a database's planner may take for a rule on the cost; default 10s"),
})

/** `gateway:` as it is written. */
export const gatewaySection = section(
  {
    name: name.optional().describe('the name in the audit log; default gateway'),
    listen: section({
      postgres: address.optional().describe('where PostgreSQL clients connect'),
      mysql: address.optional().describe('where MySQL and MariaDB clients connect'),
      http: address.optional().describe('health and metrics'),
      tunnel: address.describe('where agents connect'),
    }),
    tls: section(tls).optional().describe('required unless every address is on loopback'),
    tunnel_tls: section({
      ...tls,
      client_ca: reference.optional().describe("certificates that sign the agents' own, PEM"),
    })
      .optional()
      .describe('for agents; default the same as tls'),
    identity: section({
      tokens: z.array(token).optional().describe('fixed tokens; only where clients connect over loopback'),
    }),
    agents: z.array(agent).min(1),
    connections: z.array(connection).min(1),
    guardrails: ruleSets.optional().describe('rule sets by name; a built-in name takes the place of the built-in set'),
    masking: maskingSets.optional().describe('masking rules by name'),
    mysql: section({
      server_version: z
        .string()
        .regex(/^\d{1,2}\.\d{1,2}\.\d{1,2}[\x21-\x7e]{0,60}$/, 'a version begins with three numbers: 8.0.0')
        .optional()
        .describe("what clients are told as long as no server's own is known; default 8.0.0-sallyport"),
    })
      .optional()
      .describe('for MySQL and MariaDB clients'),
    audit: section({
      dir: z.string().min(1).describe('directory of the log, relative to this file'),
      signing_key: reference
        .regex(/^file:/, 'the signing key is a file: file:PATH')
        .describe('Ed25519 key that signs checkpoints: file:PATH'),
      rotate_bytes: size.optional().describe('a segment is ended when it is larger; default 64MiB'),
      checkpoint_interval: duration
        .optional()
        .describe('records wait at most this long for a signed checkpoint; default 1s'),
      pending_bytes: size.optional().describe('records that may wait for the disk; default 64MiB'),
    }),
    limits: limits.optional(),
    log: log.optional(),
  },
  'the gateway: decides what may run',
)

/** What passed the shape of `gateway:`. */
export type GatewaySection = z.infer<typeof gatewaySection>
