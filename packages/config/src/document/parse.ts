import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml'
import { ConfigError, type Problem } from '../errors.ts'

/** Keys and places from the top of a document. */
export type Path = readonly (string | number)[]

/** A YAML file as plain data that still knows where each value stands. */
export interface ConfigDocument {
  readonly file: string
  readonly value: unknown
  /** A problem about the value at the path, or about what is nearest to it in the file. */
  readonly problemAt: (path: Path, message: string) => Problem
}

/**
 * Parses YAML 1.2. Duplicate keys, keys that are not texts, tags and more than one document are refused; aliases are bounded.
 *
 * Throws ConfigError `syntax` with everything the parser found.
 */
export function parseConfig(file: string, text: string): ConfigDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    resolveKnownTags: false,
    stringKeys: true,
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  })
  const at = (offset: number | undefined, path: Path, message: string): Problem => {
    const place = offset === undefined ? undefined : lines.linePos(offset)
    return { file, line: place?.line, column: place?.col, path: formatPath(path), message }
  }
  const found = [...document.errors, ...document.warnings]
  if (found.length > 0) {
    throw new ConfigError(
      'syntax',
      found.map((error) =>
        at(error.pos[0], [], `${error.message.replaceAll(/\s*\n[\s\S]*/g, '')}.`.replace('..', '.')),
      ),
    )
  }
  const loose: Problem[] = []
  visit(document, {
    Alias: (_key, node) => {
      if (node.resolve(document) === undefined)
        loose.push(at(node.range?.[0], [], `The alias *${node.source} has no anchor.`))
    },
  })
  if (loose.length > 0) throw new ConfigError('syntax', loose)
  return {
    file,
    value: valueOf(document, at),
    problemAt: (path, message) => at(offsetOf(document, path), path, message),
  }
}

/** `gateway.connections[0].access`; a key that is no plain word is quoted. */
export function formatPath(path: Path): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[\w-]+$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}

function valueOf(document: Document, at: (offset: undefined, path: Path, message: string) => Problem): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown
  } catch {
    throw new ConfigError('syntax', [
      at(undefined, [], 'The aliases of this file expand to more than a file should hold.'),
    ])
  }
}

/** Where a path stands: at its key if there is one, else as near as the file goes. */
function offsetOf(document: Document, path: Path): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const key = path[length - 1]
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    if (typeof key === 'string' && isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key)
      if (pair !== undefined && isNode(pair.key) && pair.key.range) return pair.key.range[0]
    }
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return document.contents?.range?.[0]
}

/** How many values aliases may stand for, in all. */
const MAX_ALIASES = 100
