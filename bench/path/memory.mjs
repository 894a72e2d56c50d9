import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Resident memory of both processes: while gigabytes stream by, and for sessions that do nothing. */
export async function measureMemory({ targets }, client, say) {
  const { env, pids } = targets.find(({ name }) => name === 'sallyport')
  const start = residentMemory(pids)
  say('streaming 5 GB')
  const peak = { ...start }
  const sampler = setInterval(() => {
    const now = residentMemory(pids)
    for (const side of ['gateway', 'agent']) peak[side] = Math.max(peak[side], now[side])
  }, 100)
  const ms = await client.readFiveGigabytes(env)
  clearInterval(sampler)
  say(`opening ${SESSIONS} sessions that do nothing`)
  const sessions = []
  const open = async (count) => {
    for (let index = 0; index < count; index++) sessions.push(await client.open(env))
  }
  // What the first ones cost once is not what each costs.
  await open(FIRST_SESSIONS)
  const before = residentMemory(pids)
  await open(SESSIONS)
  await delay(3000)
  const idle = residentMemory(pids)
  await Promise.all(sessions.map((session) => session.close()))
  return {
    startMb: toMb(start),
    streaming5GbPeakMb: toMb(peak),
    streamingMbPerSecond: Math.round(5000 / (ms / 1000)),
    idleSessions: SESSIONS,
    idleKbPerSession: {
      gateway: Math.round((idle.gateway - before.gateway) / SESSIONS),
      agent: Math.round((idle.agent - before.agent) / SESSIONS),
    },
  }
}

/** Resident memory of Sallyport's two processes, in kB. */
function residentMemory({ gateway, agent }) {
  return { gateway: residentKb(gateway), agent: residentKb(agent) }
}

function residentKb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

function toMb({ gateway, agent }) {
  return { gateway: Math.round(gateway / 1024), agent: Math.round(agent / 1024) }
}

const FIRST_SESSIONS = 150
const SESSIONS = 500
