import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Resident memory of both processes: while gigabytes stream by, and for sessions that do nothing. */
export async function measureMemory({ targets }, client, say) {
  const { env, pids } = targets.find(({ name }) => name === 'sallyport')
  const resident = () => ({ gateway: residentKb(pids.gateway), agent: residentKb(pids.agent) })
  const before = resident()
  say(`opening ${SESSIONS} sessions that do nothing`)
  const sessions = []
  for (let index = 0; index < SESSIONS; index++) sessions.push(await client.open(env))
  await delay(3000)
  const idle = resident()
  await Promise.all(sessions.map((session) => session.close()))
  say('streaming 5 GB')
  const peak = { gateway: 0, agent: 0 }
  const sampler = setInterval(() => {
    const now = resident()
    for (const side of ['gateway', 'agent']) peak[side] = Math.max(peak[side], now[side])
  }, 100)
  const ms = await client.readFiveGigabytes(env)
  clearInterval(sampler)
  return {
    startMb: toMb(before),
    idleSessions: SESSIONS,
    idleKbPerSession: {
      gateway: Math.round((idle.gateway - before.gateway) / SESSIONS),
      agent: Math.round((idle.agent - before.agent) / SESSIONS),
    },
    streaming5GbPeakMb: toMb(peak),
    streamingMbPerSecond: Math.round(5000 / (ms / 1000)),
  }
}

function residentKb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

function toMb({ gateway, agent }) {
  return { gateway: Math.round(gateway / 1024), agent: Math.round(agent / 1024) }
}

const SESSIONS = 500
