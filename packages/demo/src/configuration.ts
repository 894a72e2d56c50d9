/** The addresses of the demo, all on loopback. */
export interface DemoPorts {
  /** Where clients connect. */
  readonly postgres: number
  /** Health and metrics of the gateway, and where the agent dials in. */
  readonly gatewayHttp: number
  readonly tunnel: number
  readonly agentHttp: number
}

/** `gateway.yaml` as a user would write it. Secrets come from the environment. */
export function gatewayYaml(ports: DemoPorts): string {
  return `# The outer door: decides what may run, and writes it down.
gateway:
  listen:
    postgres: 127.0.0.1:${ports.postgres}
    http: 127.0.0.1:${ports.gatewayHttp}
    tunnel: 127.0.0.1:${ports.tunnel}

  identity:
    tokens:
      - { token: env:ALICE_TOKEN, subject: alice@example.com, groups: [dev] }

  agents:
    - { name: local, token: env:AGENT_TOKEN }

  connections:
    - name: shop-readonly
      engine: postgres
      agent: local
      access: { groups: [dev] }
      guardrails: [read-only, single-statement]
      masking: standard
    - name: shop-write
      engine: postgres
      agent: local
      access: { groups: [dev] }
      guardrails: [no-ddl, no-dcl, require-where, no-file-or-network, single-statement]
      masking: standard

  masking:
    standard:
      columns:
        - { match: "*.*.email", strategy: partial }
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
export function agentYaml(ports: DemoPorts, target: { readonly port: number; readonly database: string }): string {
  const at = `{ host: 127.0.0.1, port: ${target.port}, database: ${target.database}, tls: disable }`
  return `# The inner door: holds the credentials, and masks what leaves.
agent:
  name: local
  gateway: { address: "127.0.0.1:${ports.tunnel}", token: env:AGENT_TOKEN }
  http: 127.0.0.1:${ports.agentHttp}
  masking: { hash_key: env:HASH_KEY }

  connections:
    - name: shop-readonly
      engine: postgres
      target: ${at}
      credentials: { env: { user: SHOP_READER, password: SHOP_READER_PASSWORD } }
      floor: { read_only: true, statement_timeout: 30s, masking: { columns: [{ match: "hr.employees.ssn", strategy: redact }] } }
    - name: shop-write
      engine: postgres
      target: ${at}
      credentials: { env: { user: SHOP_WRITER, password: SHOP_WRITER_PASSWORD } }
      floor: { statement_timeout: 30s, masking: { columns: [{ match: "hr.employees.ssn", strategy: redact }] } }

  limits: { drain_timeout: 1s }
`
}
