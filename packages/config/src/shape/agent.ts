import { z } from 'zod'
import { functions, log } from './gateway.ts'
import { maskingRules } from './masking.ts'
import { address, count, duration, durationOrNone, name, reference, section, size } from './values.ts'

const clientTls = {
  ca: reference.optional().describe("certificates to trust instead of the system's, PEM"),
  cert: reference.optional().describe("the agent's own certificate, PEM"),
  key: reference.optional().describe('its private key, PEM'),
}

function bothOrNeither(value: { readonly cert?: string | undefined; readonly key?: string | undefined }): boolean {
  return (value.cert === undefined) === (value.key === undefined)
}

const target = section({
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535).optional().describe('default 5432, with mysql 3306'),
  database: z.string().min(1).max(64).optional().describe('may be left out with mysql: the client names one, or none'),
  tls: z.enum(['disable', 'require', 'verify-ca', 'verify-full']).optional().describe('default verify-full'),
  ...clientTls,
}).refine(bothOrNeither, 'cert and key go together')

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable, without a dollar sign')

const credentialKeys = ['env', 'file', 'exec'] as const

const credentials = section({
  env: section({ user: variable, password: variable.optional() }).optional().describe('names of environment variables'),
  file: z
    .union([
      z.string().min(1).describe('a JSON file {"user": …, "password": …}'),
      section({
        user: z.string().min(1).optional().describe('the user name itself'),
        user_file: z.string().min(1).optional().describe('a file that holds it'),
        password_file: z.string().min(1).optional().describe('a file that holds the password'),
      }).refine((value) => (value.user === undefined) !== (value.user_file === undefined), 'give user or user_file'),
    ])
    .optional()
    .describe('files, read for each session; paths are relative to this file'),
  exec: section({
    command: z
      .array(z.string().min(1))
      .min(1)
      .describe('program and arguments, no shell; it prints {"user": …, "password": …}'),
    timeout: duration.optional().describe('default 10s'),
  }).optional(),
}).superRefine((value, context) => {
  const given = credentialKeys.filter((key) => value[key] !== undefined)
  if (given.length === 1) return
  const message = `credentials have exactly one of ${credentialKeys.join(', ')}; these have ${given.length === 0 ? 'none' : given.join(' and ')}`
  context.addIssue({ code: 'custom', message })
})

const connection = section({
  name: name.describe("the gateway's name for it"),
  engine: z.enum(['postgres', 'mysql']).describe('mysql is MariaDB too'),
  target: target.describe('where the database is'),
  credentials: credentials.describe('fetched when a session opens, dropped after log-in'),
  floor: section({
    read_only: z.boolean().optional().describe('default false'),
    statement_timeout: durationOrNone.optional().describe('default 0, none'),
    masking: maskingRules.optional().describe('columns that are masked whatever the gateway says'),
  })
    .optional()
    .describe('what no gateway can relax'),
  functions: functions.optional().describe('functions that are no built-in ones'),
})

const limits = section({
  masked_row_bytes: size.optional().describe('one row of which something is masked; default 64MiB'),
  message_bytes: size.optional().describe('one message of a client; default 64MiB'),
  statement_bytes: size.optional().describe('the text of one statement; default 1MiB'),
  sessions: count.optional().describe('sessions at once; default 1000'),
  buffer_bytes: size.optional().describe('what may wait in one session, for each direction; default 1MiB'),
  connect_timeout: duration.optional().describe('connection to the database, TLS and log-in; default 10s'),
  credentials_timeout: duration.optional().describe('until the credentials are there; default 10s'),
  catalog_ttl: duration.optional().describe("how old the knowledge of the database's tables may be; default 60s"),
  drain_timeout: durationOrNone.optional().describe('how long sessions may go on when the agent stops; default 30s'),
})

/** `agent:` as it is written. */
export const agentSection = section(
  {
    name: name.describe("one of the gateway's agents"),
    gateway: section({
      address: z
        .union([address, z.array(address).min(1)])
        .describe('host:port of the tunnel listener; several are all dialled'),
      token: reference.optional().describe('what the agent proves itself with'),
      tls: section({
        ...clientTls,
        server_name: z
          .string()
          .min(1)
          .optional()
          .describe("name in the gateway's certificate, when it is not the host"),
      })
        .refine(bothOrNeither, 'cert and key go together')
        .optional()
        .describe('on loopback, without it the tunnel is plaintext'),
    }),
    http: address.optional().describe('health and metrics; loopback only'),
    masking: section({ hash_key: reference.describe('key of the strategy hash, at least 16 characters') }).optional(),
    connections: z.array(connection).min(1),
    limits: limits.optional(),
    log: log.optional(),
  },
  'the agent: holds the credentials, masks what leaves',
)

/** What passed the shape of `agent:`. */
export type AgentSection = z.infer<typeof agentSection>
