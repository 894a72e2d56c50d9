export { Secret } from './secret.ts'
export { changedKeys } from './changed-keys.ts'
export { ConfigError, formatProblem, type ConfigErrorCode, type Problem } from './errors.ts'
export { loadAgent, loadDev, loadGateway, loadPolicy, loadPolicyCases, type Loaded, type LoadOptions } from './load.ts'
export type {
  Address,
  AgentConfig,
  AgentConnection,
  AgentLimits,
  AuditConfig,
  ClientTls,
  Credentials,
  DevConfig,
  Floor,
  GatewayConfig,
  GatewayConnection,
  GatewayLimits,
  KnownAgentConfig,
  LogConfig,
  PolicyAsking,
  PolicyCase,
  PolicyCases,
  PolicyConnection,
  PolicyExpectation,
  PolicyFile,
  ServerTls,
  Target,
  TokenConfig,
  TunnelTls,
} from './types.ts'
export { watchConfig, type ConfigWatcher, type WatchHandlers, type WatchOptions } from './watch.ts'
export { jsonSchemas } from './json-schema.ts'
