import type { StatementNode } from './grammar/ast.ts'

/** The statement's own word in kebab case. */
export function kindOf(node: StatementNode): string {
  switch (node.type) {
    case 'query':
      return node.into !== undefined || node.arms.some((arm) => arm.type === 'select' && arm.into !== undefined) ? 'select-into' : 'select'
    case 'insert':
      return node.replace ? 'replace' : 'insert'
    case 'load':
    case 'utility':
      return node.kind
    case 'update':
    case 'delete':
    case 'explain':
      return node.type
  }
}
