import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface HttpOptions {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  /** The reasons why traffic should go elsewhere; empty means ready. */
  readonly unready: () => readonly string[]
}

export interface HttpServer {
  readonly address: AddressInfo
  readonly close: () => Promise<void>
}

/** Serves `/healthz` (the process lives), `/readyz` (it can do its work) and `/metrics` (Prometheus text format). */
export async function listenHttp(options: HttpOptions): Promise<HttpServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    void answer(request, response, options).catch(() => response.destroy())
  })
  await listen(server, options)
  return {
    address: server.address() as AddressInfo,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'method not allowed\n')
  const path: string = request.url?.split('?', 1)[0] ?? ''
  switch (path) {
    case '/healthz':
      return send(response, 200, 'ok\n')
    case '/readyz': {
      const reasons = options.unready()
      return reasons.length === 0 ? send(response, 200, 'ready\n') : send(response, 503, `${reasons.join('\n')}\n`)
    }
    case '/metrics':
      return send(response, 200, await options.registry.metrics(), options.registry.contentType)
    default:
      return send(response, 404, 'not found; there are /healthz, /readyz and /metrics\n')
  }
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(body)
}

function listen(server: Server, { host, port }: HttpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
