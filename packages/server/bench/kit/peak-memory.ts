/** The most memory that this process had, beyond what it had at the beginning; looked at ten times a second. */
export function watchMemory(): { readonly gainedMiB: () => number; readonly end: () => void } {
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  let peak = before
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 100)
  return {
    gainedMiB() {
      look()
      return (peak - before) / 2 ** 20
    },
    end: () => clearInterval(timer),
  }
}
