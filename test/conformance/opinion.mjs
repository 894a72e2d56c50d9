// What another parser makes of a statement, where it makes anything of it in time, and whether that is what we make of it.
import { Worker } from 'node:worker_threads'

const TIME_LIMIT_MS = 1000
const MAX_CHARACTERS = 4000
/** Statements whose relations both sides count the same way. */
const COMPARED = new Set(['select', 'insert', 'update', 'delete', 'replace'])
/** One word for what either side has several for. */
const KINDS = { union: 'select', 'union all': 'select', values: 'select', 'select-into': 'select' }

/** @param {'postgres' | 'mysql' | 'mariadb'} of whose grammar */
export async function openOpinion(of) {
  let worker = await start(of)
  return {
    /**
     * One line of disagreement, `late` when it did not come in time, `none` without an opinion, or undefined when both agree.
     * @param {string} text
     * @param {readonly { kind: string, relations: readonly { name: string }[] }[]} statements what we make of it
     */
    differs: async (text, statements) => {
      if (text.length > MAX_CHARACTERS || statements.length !== 1) return 'none'
      const answer = await ask(worker, text)
      if (answer === 'late') {
        await worker.terminate()
        worker = await start(of)
        return 'late'
      }
      return answer === undefined ? 'none' : difference(answer, statements[0])
    },
    close: () => worker.terminate(),
  }
}

function difference(theirs, ours) {
  const kind = KINDS[theirs.kind] ?? theirs.kind
  const ourKind = KINDS[ours.kind] ?? ours.kind
  // It reads an executable comment as a comment.
  if (theirs.statements === 0) return 'sees no statement'
  if (theirs.statements !== 1) return `sees ${theirs.statements} statements`
  if (!COMPARED.has(kind) && !COMPARED.has(ourKind)) return undefined
  if (kind !== ourKind) return `sees ${kind}, not ${ourKind}`
  const names = new Set(ours.relations.map(({ name }) => name.toLowerCase()))
  const unseen = theirs.tables.filter((name) => !names.has(name))
  const extra = [...names].filter((name) => !theirs.tables.includes(name))
  const said = [
    ...(unseen.length > 0 ? [`sees also ${unseen.join(', ')}`] : []),
    ...(extra.length > 0 ? [`does not see ${extra.join(', ')}`] : []),
  ]
  return said.length === 0 ? undefined : said.join('; ')
}

async function start(of) {
  const worker = new Worker(new URL('opinion-worker.mjs', import.meta.url), { workerData: of })
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  return worker
}

function ask(worker, text) {
  return new Promise((resolve) => {
    const done = (answer) => {
      clearTimeout(timer)
      worker.off('message', done)
      worker.off('error', failed)
      resolve(answer)
    }
    const failed = () => done('late')
    const timer = setTimeout(() => done('late'), TIME_LIMIT_MS)
    worker.on('message', done).on('error', failed)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(text)
  })
}
