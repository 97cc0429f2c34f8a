/** Lets so many work at once; who comes later waits for a turn, first come first served. */
export function createTurns(most: number) {
  const waiting: (() => void)[] = []
  let working = 0
  return {
    async take<Result>(work: () => Promise<Result>): Promise<Result> {
      if (working >= most) await new Promise<void>((resolve) => waiting.push(resolve))
      else working++
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) working--
        else next()
      }
    },
  }
}
export type Turns = ReturnType<typeof createTurns>
