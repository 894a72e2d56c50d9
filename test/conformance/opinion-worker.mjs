// The second opinions, in a thread of their own: either of them can hang on a few bytes.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin */
import { parentPort, workerData } from 'node:worker_threads'

const opinion = workerData === 'postgres' ? await ofPostgres() : await ofMysql(workerData)
parentPort.on('message', (text) => {
  let answer
  try {
    answer = opinion(text)
  } catch {
    answer = undefined
  }
  parentPort.postMessage(answer)
})
parentPort.postMessage('ready')

/** pgsql-ast-parser's. */
async function ofPostgres() {
  const { parse, astVisitor } = await import('pgsql-ast-parser')
  return (text) => {
    const statements = parse(text)
    const names = new Set()
    const withs = new Set()
    const visitor = astVisitor((map) => ({
      tableRef: (table) => {
        names.add(table.name.toLowerCase())
        map.super().tableRef(table)
      },
      with: (node) => {
        for (const { alias } of node.bind) withs.add(alias.name.toLowerCase())
        map.super().with(node)
      },
      withRecursive: (node) => {
        withs.add(node.alias.name.toLowerCase())
        map.super().withRecursive(node)
      },
    }))
    for (const statement of statements) visitor.statement(statement)
    const outer = statements[0]
    const kind = outer?.type.startsWith('with') ? outer.in.type : (outer?.type ?? '')
    return { statements: statements.length, kind, tables: [...names].filter((name) => !withs.has(name)) }
  }
}

/** node-sql-parser's. */
async function ofMysql(flavour) {
  const { default: library } = await import('node-sql-parser')
  const parser = new library.Parser()
  return (text) => {
    const { ast, tableList } = parser.parse(text, { database: flavour === 'mariadb' ? 'MariaDB' : 'MySQL' })
    const statements = Array.isArray(ast) ? ast : [ast]
    const withs = new Set(['dual', 'null', 'undefined', ''])
    namesOfWith(ast, withs)
    const tables = new Set(tableList.map((each) => each.split('::').at(-1).toLowerCase()))
    return {
      statements: statements.length,
      kind: statements[0]?.type ?? '',
      tables: [...tables].filter((name) => !withs.has(name)),
    }
  }
}

function namesOfWith(node, names) {
  if (node === null || typeof node !== 'object') return
  if (Array.isArray(node.with)) for (const { name } of node.with) names.add(String(name?.value ?? name).toLowerCase())
  for (const inner of Object.values(node)) namesOfWith(inner, names)
}
