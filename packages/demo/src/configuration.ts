import type { DemoDatabase } from './stage/databases.ts'

/** The addresses of the demo, all on loopback. */
export interface DemoPorts {
  /** Where clients of PostgreSQL connect, and those of MySQL. */
  readonly postgres: number
  readonly mysql: number
  /** Health and metrics of the gateway, and where the agent dials in. */
  readonly gatewayHttp: number
  readonly tunnel: number
  readonly agentHttp: number
}

/** `gateway.yaml` as a user would write it. Secrets come from the environment. */
export function gatewayYaml(ports: DemoPorts, databases: readonly DemoDatabase[]): string {
  return `# The outer door: decides what may run, and writes it down.
gateway:
  listen:
${databases.map(({ engine }) => `    ${engine}: 127.0.0.1:${ports[engine]}\n`).join('')}\
    http: 127.0.0.1:${ports.gatewayHttp}
    tunnel: 127.0.0.1:${ports.tunnel}

  identity:
    tokens:
      - { token: env:ALICE_TOKEN, subject: alice@example.com, groups: [dev] }

  agents:
    - { name: local, token: env:AGENT_TOKEN }

  connections:
${databases.map(gatewayConnections).join('')}
  masking:
    standard:
      columns:
        - { match: "*.*.email", strategy: partial }
        - { match: "*.*.email_key", strategy: partial }
        - { match: "*.*.phone", strategy: partial, keep_last: 2 }
        - { match: "*.*.card_number", strategy: partial, keep_last: 4 }
        - { match: "*.*.national_id", strategy: redact }
        - { match: "*.*.iban", strategy: hash }
        - { match: "*.*.birth_date", strategy: "null" }
        - { match: "*.customers.profile", strategy: redact }
        - { match: "*.customers.notes", strategy: redact }
        - { match: "*.addresses.instructions", strategy: redact }
        - { match: "*.orders.note", strategy: redact }
        - { match: "*.support_tickets.body", strategy: redact }
        - { match: "*.api_keys.key", strategy: redact }
        - { match: "hr.employees.ssn", strategy: redact }
        - { match: "hr.employees.salary", strategy: "null" }
        - { match: "hr.employees.emergency_contact", strategy: redact }
        - { match: "hr.employees.hr_notes", strategy: redact }

  audit:
    dir: ./audit
    signing_key: file:audit.key

  limits: { drain_timeout: 1s }
`
}

/** `agent.yaml`, with the sections no gateway can relax. */
export function agentYaml(ports: DemoPorts, databases: readonly DemoDatabase[]): string {
  return `# The inner door: holds the credentials, and masks what leaves.
agent:
  name: local
  gateway: { address: "127.0.0.1:${ports.tunnel}", token: env:AGENT_TOKEN }
  http: 127.0.0.1:${ports.agentHttp}
  masking: { hash_key: env:HASH_KEY }

  connections:
${databases.map(agentConnections).join('')}
  limits: { drain_timeout: 1s }
`
}

/** The agent's environment: who it is at the databases. The gateway gets nothing of this. */
export function databaseEnvironment(databases: readonly DemoDatabase[]): Readonly<Record<string, string>> {
  const entries = databases.flatMap(({ engine, shop }) => [
    [variable(engine, 'READER'), shop.reader.user],
    [variable(engine, 'READER_PASSWORD'), shop.reader.password],
    [variable(engine, 'WRITER'), shop.writer.user],
    [variable(engine, 'WRITER_PASSWORD'), shop.writer.password],
  ])
  return Object.fromEntries(entries) as Readonly<Record<string, string>>
}

function gatewayConnections({ engine, connections }: DemoDatabase): string {
  return `\
    - name: ${connections.readonly}
      engine: ${engine}
      agent: local
      access: { groups: [dev] }
      guardrails: [read-only, single-statement]
      masking: standard
    - name: ${connections.write}
      engine: ${engine}
      agent: local
      access: { groups: [dev] }
      guardrails: [no-ddl, no-dcl, require-where, no-file-or-network, single-statement]
      masking: standard
`
}

function agentConnections({ engine, connections, port, shop }: DemoDatabase): string {
  const target = `{ host: 127.0.0.1, port: ${port}, database: ${shop.database}, tls: disable }`
  const credentials = (role: string): string =>
    `{ env: { user: ${variable(engine, role)}, password: ${variable(engine, `${role}_PASSWORD`)} } }`
  const masking = 'masking: { columns: [{ match: "hr.employees.ssn", strategy: redact }] }'
  return `\
    - name: ${connections.readonly}
      engine: ${engine}
      target: ${target}
      credentials: ${credentials('READER')}
      floor: { read_only: true, statement_timeout: 30s, ${masking} }
    - name: ${connections.write}
      engine: ${engine}
      target: ${target}
      credentials: ${credentials('WRITER')}
      floor: { statement_timeout: 30s, ${masking} }
`
}

function variable(engine: DemoDatabase['engine'], what: string): string {
  return `${engine === 'mysql' ? 'SHOP_MYSQL' : 'SHOP'}_${what}`
}
