import type { z } from 'zod'
import type { Path } from '../document/parse.ts'
import { nearest } from '../document/nearest.ts'

/** Something in a file that does not have the shape it should. */
export interface ShapeProblem {
  readonly path: Path
  readonly message: string
}

/** What a value comes to: parsed, or how it could be read apart from what is wrong with it. */
export interface Shaped<T> {
  readonly problems: readonly ShapeProblem[]
  /** Undefined when the value cannot be read at all. With problems it is good for finding more of them, and for nothing else. */
  readonly value: T | undefined
}

/** Checks a value against a shape, all of it in one go. */
export function checkShape<T>(schema: z.ZodType<T>, value: unknown): Shaped<T> {
  const first = schema.safeParse(value)
  if (first.success) return { problems: [], value: first.data }
  const problems: ShapeProblem[] = []
  const repairs: Repair[] = []
  for (const issue of first.error.issues) translate(issue, [], problems, repairs)
  const second = schema.safeParse(repaired(value, [], repairs))
  return { problems, value: second.success ? second.data : undefined }
}

type Issue = z.core.$ZodIssue

/** A change that makes a value readable without making anything else wrong. */
interface Repair {
  readonly path: Path
  readonly change: 'leave-out' | 'take-for-reference'
}

function translate(issue: Issue, prefix: Path, problems: ShapeProblem[], repairs: Repair[]): void {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))]
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message.split(', ')
      for (const key of issue.keys) {
        const meant = nearest(key, known)
        const question = meant === undefined ? '' : ` Did you mean ${meant}?`
        problems.push({
          path: [...path, key],
          message: `There is no key ${key} here.${question} Known are ${known.join(', ')}.`,
        })
        repairs.push({ path: [...path, key], change: 'leave-out' })
      }
      return
    }
    case 'invalid_union': {
      const branch = likelyBranch(issue.errors)
      if (branch !== undefined) for (const inner of branch) translate(inner, path, problems, repairs)
      else if (issue.message !== 'Invalid input') problems.push({ path, message: sentence(issue.message) })
      else
        problems.push({
          path,
          message: sentence(`this is neither of the forms that are known here: ${forms(issue.errors)}`),
        })
      return
    }
    case 'invalid_key':
      problems.push({ path, message: sentence(issue.issues[0]?.message ?? issue.message) })
      return
    case 'invalid_type':
      problems.push({
        path,
        message: issue.message.endsWith('received undefined')
          ? `This is missing; it is ${article(issue.expected)}.`
          : `This should be ${article(issue.expected)}.`,
      })
      return
    case 'invalid_value':
      problems.push({
        path,
        message: `This should be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}.`,
      })
      return
    case 'invalid_format':
      problems.push({ path, message: sentence(issue.message) })
      if (issue.message.startsWith('secrets and keys')) repairs.push({ path, change: 'take-for-reference' })
      return
    case 'too_big':
    case 'too_small':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'custom':
      problems.push({ path, message: sentence(issue.message.replace(/^Invalid input: /, '')) })
  }
}

/** The form that was meant: the one whose problem is not that the value is of another type altogether. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const meant = branches.filter((issues) => !issues.some(({ code, path }) => isOtherType(code) && path.length === 0))
  return meant.length === 1 ? meant[0] : undefined
}

function isOtherType(code: Issue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value'
}

function forms(branches: readonly (readonly Issue[])[]): string {
  return branches
    .map(([issue]) => {
      if (issue?.code === 'invalid_type') return article(issue.expected)
      return issue?.code === 'invalid_value' ? issue.values.join(', ') : (issue?.message ?? 'another')
    })
    .join(', or ')
}

function article(expected: string): string {
  return WORDS[expected] ?? `a ${expected}`
}

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.?!]$/.test(text) ? text : `${text}.`
}

function repaired(value: unknown, path: Path, repairs: readonly Repair[]): unknown {
  const repair = repairs.find(
    (one) => one.path.length === path.length && one.path.every((part, index) => part === path[index]),
  )
  if (repair?.change === 'take-for-reference') return 'env:_'
  if (Array.isArray(value)) return value.map((item: unknown, index) => repaired(item, [...path, index], repairs))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isLeftOut([...path, key], repairs))
      .map(([key, item]) => [key, repaired(item, [...path, key], repairs)]),
  )
}

function isLeftOut(path: Path, repairs: readonly Repair[]): boolean {
  return repairs.some(
    ({ change, path: other }) =>
      change === 'leave-out' && other.length === path.length && other.every((part, index) => part === path[index]),
  )
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'a map of keys',
  record: 'a map of names',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
}
