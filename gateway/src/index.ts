export { startGateway, type Bound, type GatewayPort, type RunningGateway } from './main.ts'
export { compileRuntime } from './runtime.ts'
