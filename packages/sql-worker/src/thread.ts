import { parentPort, workerData } from 'node:worker_threads'
import { catalogueOf, loadMysql, loadPostgres, type Catalogue } from '@sallyport/sql'
import type { Answer, Job, WorkerData } from './messages.ts'

// The thread: an analyser for each dialect, one text at a time. Whatever goes wrong here ends the thread, and the other side says so.
const { limits } = workerData as WorkerData
const analyser = await loadPostgres(limits)
const mysql = loadMysql(limits)
let catalogue: Catalogue | undefined

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const send = (answer: Answer): void => parentPort?.postMessage(answer)

const work = async ({ id, text, settings, catalogue: described }: Job): Promise<void> => {
  if ('flavour' in settings) return send({ type: 'answer', id, analysis: mysql.analyse(text, settings) })
  if (described !== undefined && 'relations' in described) catalogue = catalogueOf(described)
  if (described !== undefined && catalogue?.version !== described.version) throw new Error('unknown catalogue version')
  const analysis = analyser.analyse(text, { ...settings, catalogue: described === undefined ? undefined : catalogue })
  await analyser.ready()
  send({ type: 'answer', id, analysis })
}

parentPort?.on('message', (job: Job) => void work(job))
send({ type: 'ready' })
