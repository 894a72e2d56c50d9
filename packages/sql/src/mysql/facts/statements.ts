import type { Explain, StatementNode, Utility } from '../grammar/ast.ts'
import { functionEffects } from '../catalogue/functions.ts'
import { deleteFacts, insertFacts, loadFacts, updateFacts } from './changes.ts'
import { visitAll } from './expressions.ts'
import type { Gatherer } from './gatherer.ts'
import { queryFacts } from './queries.ts'
import { assignmentFacts } from './settings.ts'

/** What stands for the text of dynamic SQL: its statement, where the text shows it. */
export type Dynamic = (text: string) => StatementNode | undefined

/** Gathers the facts of a statement. */
export function statementFacts(g: Gatherer, node: StatementNode, dynamic: Dynamic): void {
  switch (node.type) {
    case 'query':
      queryFacts(g, node, undefined)
      return
    case 'insert':
      insertFacts(g, node)
      return
    case 'update':
      updateFacts(g, node)
      return
    case 'delete':
      deleteFacts(g, node)
      return
    case 'load':
      loadFacts(g, node)
      return
    case 'explain':
      explainFacts(g, node, dynamic)
      return
    case 'utility':
      utilityFacts(g, node, dynamic)
  }
}

/** EXPLAIN plans, ANALYZE runs. */
function explainFacts(g: Gatherer, node: Explain, dynamic: Dynamic): void {
  g.add('read')
  if (node.into !== undefined) g.add('session')
  const { counted } = g
  if (counted === 'all' && !node.analyze) g.counted = 'planned'
  statementFacts(g, node.statement, dynamic)
  g.counted = counted
}

function utilityFacts(g: Gatherer, node: Utility, dynamic: Dynamic): void {
  g.add(...node.effects)
  for (const { path, access } of node.relations) g.mention(path, access).all = true
  visitAll(g, node.expressions, undefined)
  for (const setting of node.settings) assignmentFacts(g, setting)
  if (node.calls !== undefined) procedureFacts(g, node)
  if (node.session?.type === 'prepare' || node.session?.type === 'execute-text') dynamicFacts(g, node, dynamic)
  const { counted } = g
  if (node.runs === 'later') g.counted = 'none'
  for (const inner of node.inner) g.inScope(() => statementFacts(g, inner, dynamic))
  g.counted = counted
}

/** A stored procedure does what its code says, which the text does not show. */
function procedureFacts(g: Gatherer, { calls = [] }: Utility): void {
  const path = calls
  const listed = functionEffects(g.settings, {
    type: 'call',
    path: path.length > 1 ? path : ['', ...path],
    args: [],
    found: 'quoted',
    distinct: false,
    order: [],
    windowed: false,
  })
  const vouched = g.settings.functions.get(path.join('.').toLowerCase())
  const effects = vouched === undefined ? listed : new Set(vouched)
  const schema = path.length > 1 ? path.at(-2) : undefined
  g.facts.functions.set(`${schema ?? ''}\0${path.at(-1) ?? ''}`, {
    schema,
    name: (path.at(-1) ?? '').toLowerCase(),
    effects,
  })
  g.addCalled(effects)
}

/** The statement in a literal does what it does when it runs; a text that is computed may do anything. */
function dynamicFacts(g: Gatherer, { session }: Utility, dynamic: Dynamic): void {
  if (session?.type !== 'prepare' && session?.type !== 'execute-text') return
  const { text } = session
  visitAll(g, [text], undefined)
  const statement = text.type === 'literal' && text.kind === 'string' ? dynamic(text.value) : undefined
  if (statement === undefined) g.add('unknown')
  else g.inScope(() => statementFacts(g, statement, dynamic))
}
