import type { TokenKeeper } from "./display-link.ts"

const place = "kalends-screen"
const shape = /^[\w-]{43}$/

/**
 * Keeps the screen's token in the browser, and nothing else: what a room's calendar says is in memory alone. Where the browser
 * keeps nothing, the screen is paired until its page is loaded anew.
 */
export function createTokenKeeper(): TokenKeeper {
  let inMemory: string | null = null
  const quietly = <Result>(work: () => Result): Result | null => {
    try {
      return work()
    } catch {
      return null
    }
  }
  return {
    token() {
      const kept = inMemory ?? quietly(() => window.localStorage.getItem(place))
      return kept !== null && shape.test(kept) ? kept : null
    },
    keep(token) {
      inMemory = token
      quietly(() => window.localStorage.setItem(place, token))
    },
    forget() {
      inMemory = null
      quietly(() => window.localStorage.removeItem(place))
    },
  }
}
