/** A node's fields, as libpg-query's JSON gives them. A missing field is the type's zero value. */
export type Fields = Readonly<Record<string, unknown>>

/** Fields of a node, or none. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** The items of a list field; an absent list is an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The text of a field; an absent one is ''. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A node where its type is named: `{ "SelectStmt": { … } }`; undefined for the null node `{}`. */
export function nodeOf(value: unknown): { readonly tag: string; readonly body: Fields } | undefined {
  const fields = fieldsOf(value)
  if (fields === undefined) return undefined
  for (const tag in fields) return { tag, body: fieldsOf(fields[tag]) ?? NO_FIELDS }
  return undefined
}

/** The fields of a node if it is of this type. */
export function bodyOf(value: unknown, tag: string): Fields | undefined {
  const fields = fieldsOf(value)
  return fields === undefined ? undefined : fieldsOf(fields[tag])
}

/** The strings of a list of String nodes: a possibly qualified name. A part that is no String is ''. */
export function nameOf(value: unknown): readonly string[] {
  return listOf(value).map((part) => textOf(bodyOf(part, 'String')?.['sval']))
}

/** The value of a constant as text: strings as they are, numbers in their spelling, booleans as on and off. Undefined for the rest. */
export function literalOf(value: unknown): string | undefined {
  const constant = bodyOf(value, 'A_Const')
  if (constant === undefined) {
    const node = nodeOf(value)
    if (node?.tag === 'String') return textOf(node.body['sval'])
    if (node?.tag === 'Integer') return String(Number(node.body['ival'] ?? 0))
    if (node?.tag === 'Float') return textOf(node.body['fval'])
    if (node?.tag === 'Boolean') return node.body['boolval'] === true ? 'true' : 'false'
    return undefined
  }
  if (constant['isnull'] === true) return undefined
  const text = fieldsOf(constant['sval'])
  if (text !== undefined) return textOf(text['sval'])
  const integer = fieldsOf(constant['ival'])
  if (integer !== undefined) return String(Number(integer['ival'] ?? 0))
  const float = fieldsOf(constant['fval'])
  if (float !== undefined) return textOf(float['fval'])
  const boolean = fieldsOf(constant['boolval'])
  if (boolean !== undefined) return boolean['boolval'] === true ? 'true' : 'false'
  return undefined
}

const NO_FIELDS: Fields = {}
