import type { RunningGateway } from '@sallyport/gateway'

/** One line that says where a gateway listens. */
export function describeAddresses(addresses: RunningGateway['addresses']): string {
  return Object.entries(addresses)
    .flatMap(([name, bound]) => (bound === undefined ? [] : [`${name} ${bound.host}:${bound.port}`]))
    .join(', ')
}
