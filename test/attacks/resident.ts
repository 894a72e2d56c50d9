import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { eventually, type TestSallyport } from '../support/index.ts'

/** The memory of a gateway and of its first agent, in MiB. */
export function residentMb({ sallyport }: { readonly sallyport: TestSallyport }): {
  readonly gateway: number
  readonly agent: number
} {
  return { gateway: residentOf(sallyport.gateway.pid), agent: residentOf(sallyport.agents[0]?.pid ?? 0) }
}

/** Resolves when nothing more of what was written to a socket is taken by the other side, though there is more. */
export async function notRead({ socket }: { readonly socket: Socket }): Promise<void> {
  let left = -1
  let same = 0
  await eventually(
    () => {
      same = socket.writableLength > 0 && socket.writableLength === left ? same + 1 : 0
      left = socket.writableLength
      return same >= STILL ? true : undefined
    },
    { what: 'that what was written is read no further', timeoutMs: 20_000, intervalMs: 100 },
  )
}

function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** So many looks without a change are standing still. */
const STILL = 10
