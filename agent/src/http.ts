import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AgentMetrics } from './metrics.ts'

/** What the agent tells of itself over HTTP. */
export interface HttpPort {
  readonly attached: () => number
  readonly metrics: AgentMetrics
}

export interface HttpServer {
  readonly address: { readonly host: string; readonly port: number }
  readonly close: () => Promise<void>
}

/**
 * Listens for `/healthz` (the process works), `/readyz` (it is attached to a gateway) and `/metrics`. Rejects when the address cannot be
 * listened on.
 */
export async function listenHttp(
  { host, port }: { readonly host: string; readonly port: number },
  { attached, metrics }: HttpPort,
): Promise<HttpServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0]
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'method not allowed\n')
    if (path === '/healthz') return answer(response, 200, 'ok\n')
    if (path === '/readyz') {
      return attached() > 0 ? answer(response, 200, 'ready\n') : answer(response, 503, 'attached to no gateway\n')
    }
    if (path !== '/metrics') return answer(response, 404, 'not found\n')
    metrics.text().then(
      (text) => answer(response, 200, text, metrics.contentType),
      () => answer(response, 500, 'no metrics\n'),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    address: { host, port: (server.address() as AddressInfo).port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  response.end(body)
}

const REQUEST_TIMEOUT_MS = 10_000
