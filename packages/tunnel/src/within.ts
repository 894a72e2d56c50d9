/** Waits for all of them, but no longer than `ms`. */
export async function within(waits: readonly Promise<unknown>[], ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    await Promise.race([Promise.all(waits), late])
  } finally {
    clearTimeout(timer)
  }
}
