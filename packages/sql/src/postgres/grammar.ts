// oxlint-disable-next-line typescript/triple-slash-reference -- the module has no types of its own, and whoever compiles this file needs them
/// <reference path="./libpg-query.d.ts" />
import type { ParseFailure } from '@sallyport/core'
import createModule from 'libpg-query/wasm/libpg-query.js'
import { SqlAnalyserError } from '../errors.ts'
import type { Fields } from './ast.ts'
import { describeRefusal, type Refusal } from './refusal.ts'
import { createTreeReader, type TreeReader } from './tree-reader.ts'

/**
 * The server's grammar as WebAssembly.
 *
 * Theory of operation: one instance serves every parse, a spare one waits. A text that drives the instance into the ground (a stack
 * overflow inside it surfaces as a RangeError) leaves its stack pointer and allocator in an unknown state, so the instance is
 * thrown away and the spare takes over; another spare is started behind the caller's back. While there is none, texts fail.
 */
export interface Grammar {
  readonly parse: (text: string) => { readonly ok: true; readonly statements: readonly RawStatement[] } | Refused
  /** How often an instance had to be replaced. */
  readonly replacements: () => number
  /** Settles when a spare instance is ready again. */
  readonly ready: () => Promise<void>
}

/** One statement of a text. Offsets are UTF-8 bytes; a length of 0 means up to the end. */
export interface RawStatement {
  readonly stmt?: Fields
  readonly stmt_location?: number
  readonly stmt_len?: number
}

interface ParseTree {
  readonly stmts?: readonly RawStatement[]
}

interface Refused {
  readonly ok: false
  readonly failure: ParseFailure
}

type Module = Awaited<ReturnType<typeof createModule>>

interface Instance {
  readonly module: Module
  readonly reader: TreeReader
}

/** Starts the grammar: two instances of the module. Throws SqlAnalyserError `parser-unavailable`. */
export async function startGrammar(): Promise<Grammar> {
  const instances: Instance[] = [await startInstance(), await startInstance()]
  let replaced = 0
  let restocking: Promise<void> = Promise.resolve()

  const restock = async (): Promise<void> => {
    try {
      while (instances.length < INSTANCES) instances.push(await startInstance())
    } catch {
      // The next text that finds no instance tries again; until then texts are refused.
    }
  }
  return {
    parse: (text) => {
      const [current] = instances
      if (current === undefined) {
        restocking = restocking.then(restock)
        return refused({ code: 'too-slow', message: 'the SQL parser is restarting; try again', position: undefined })
      }
      try {
        return parseWith(current, text)
      } catch (error) {
        instances.shift()
        replaced += 1
        restocking = restocking.then(restock)
        return refused(exhaustion(error))
      }
    },
    replacements: () => replaced,
    ready: () => restocking,
  }
}

function exhaustion(error: unknown): ParseFailure {
  return error instanceof RangeError
    ? TOO_DEEP
    : { code: 'too-large', message: 'the statement exhausts the parser', position: undefined }
}

async function startInstance(): Promise<Instance> {
  try {
    const module = await createModule()
    return { module, reader: createTreeReader((pointer, bytes) => module.UTF8ToString(pointer, bytes), POSITION) }
  } catch (cause) {
    throw new SqlAnalyserError('parser-unavailable', 'the SQL parser does not start', { cause })
  }
}

/** Throws whatever the module throws; the instance is unusable then. */
function parseWith({ module, reader }: Instance, text: string): ReturnType<Grammar['parse']> {
  const bytes = module.lengthBytesUTF8(text) + 1
  const source = module._malloc(bytes)
  module.stringToUTF8(text, source, bytes)
  const result = module._wasm_parse_query_raw(source)
  // PgQueryParseResult: char *parse_tree; char *stderr_buffer; PgQueryError *error
  const tree = module.getValue(result, 'i32')
  const error = module.getValue(result + 8, 'i32')
  const refusal: Refusal | undefined =
    error === 0
      ? undefined
      : // PgQueryError: char *message; char *funcname; char *filename; int lineno; int cursorpos; char *context
        { message: module.UTF8ToString(module.getValue(error, 'i32')), character: module.getValue(error + 16, 'i32') }
  const parsed = refusal === undefined ? readTree(reader, module.HEAPU8, tree) : undefined
  module._free(source)
  module._wasm_free_parse_result(result)
  if (refusal !== undefined) return refused(describeRefusal(refusal, text))
  return parsed === undefined ? refused(TOO_DEEP) : { ok: true, statements: parsed.stmts ?? [] }
}

/** Undefined for a tree that is too deep to be read. That is no fault of the instance, which stays. */
function readTree(reader: TreeReader, memory: Uint8Array, pointer: number): ParseTree | undefined {
  try {
    return reader.read(memory, pointer) as ParseTree
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function refused(failure: ParseFailure): Refused {
  return { ok: false, failure }
}

const TOO_DEEP: ParseFailure = { code: 'too-deep', message: 'the statement nests too deeply', position: undefined }
/** The field that only says where a part stands; the places of whole statements have other names. */
const POSITION = 'location'
/** One at work, one spare. */
const INSTANCES = 2
