import type { StatementNode } from './grammar/ast.ts'

/** The statement's own word in kebab case. */
export function kindOf(node: StatementNode): string {
  if (node.type === 'query') {
    const into = node.into !== undefined || node.arms.some((arm) => arm.type === 'select' && arm.into !== undefined)
    return into ? 'select-into' : 'select'
  }
  if (node.type === 'insert') return node.replace ? 'replace' : 'insert'
  return node.type === 'load' || node.type === 'utility' ? node.kind : node.type
}
