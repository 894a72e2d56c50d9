import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError } from '../command.ts'

/**
 * The files of cases that a path means: itself, those beside a policy file (`NAME.cases.yaml` of `NAME.yaml`), or all below a directory, hidden
 * directories and node_modules left out. Sorted. Throws UsageError when there are none.
 */
export async function findCases(path: string): Promise<readonly string[]> {
  if (IS_CASES.test(path)) return [path]
  const found = (await isDirectory(path)) ? await below(path, 0) : await beside(path)
  if (found.length === 0) throw new UsageError(`there are no cases (NAME.cases.yaml) for ${path}`)
  return found.toSorted()
}

/** The policy file that cases are about, unless they name it. */
export function policyBeside(cases: string, named: string | undefined): string {
  return named === undefined ? cases.replace(IS_CASES, '.$1') : join(dirname(cases), named)
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    throw new UsageError(`there is no ${path}`)
  }
}

async function below(directory: string, depth: number): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory() && depth < MAX_DEPTH && !LEFT_OUT.test(entry.name))
      found.push(...(await below(path, depth + 1)))
    else if (entry.isFile() && IS_CASES.test(entry.name)) found.push(path)
  }
  return found
}

async function beside(policy: string): Promise<readonly string[]> {
  const start = policy.replace(/\.ya?ml$/, '')
  return (await readdir(dirname(policy)))
    .map((name) => join(dirname(policy), name))
    .filter((path) => IS_CASES.test(path) && path.replace(IS_CASES, '') === start)
}

const IS_CASES = /\.cases\.(ya?ml)$/
const LEFT_OUT = /^(\..*|node_modules)$/
const MAX_DEPTH = 20
