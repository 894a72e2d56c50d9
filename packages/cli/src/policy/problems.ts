import { ConfigError, formatProblem } from '@sallyport/config'

/** What is loaded; undefined when its file is wrong, and then everything that is wrong with it has been said. */
export async function orProblems<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) process.stderr.write(`${formatProblem(problem)}\n`)
    return undefined
  }
}
