/** What `work` comes to, or the signal's reason as soon as it aborts; the work itself may go on, and nobody waits for it. */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    const refuse = () => reject(signal.reason)
    if (signal.aborted) refuse()
    signal.addEventListener("abort", refuse, { once: true })
    stop = () => signal.removeEventListener("abort", refuse)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    stop()
    // Whichever came second is not to end the process.
    work.catch(() => {})
    aborted.catch(() => {})
  }
}

/** The items up to the moment the signal aborts; then its reason is thrown at once, however slow the source is to end. */
export async function* untilAborted<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void, void> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await unlessAborted(iterator.next(), signal)
      if (done === true) return
      yield value
    }
  } finally {
    // A generator that waits for something returns only when that comes.
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
