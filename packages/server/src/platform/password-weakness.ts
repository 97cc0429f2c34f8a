import type { PasswordWeakness } from "../ports/passwords.ts"

/**
 * Guesses grow slower to estimate with the square of the length: what is longer than this is judged by how it begins, which
 * takes some tens of milliseconds.
 */
const longestJudged = 40

/** Of zxcvbn's 0 to 4: fewer than 10^8 guesses are too few, even against a slow hash. */
const leastScore = 3

type Judge = (password: string, words: readonly string[]) => PasswordWeakness | null

let loading: Promise<Judge> | null = null

/**
 * Whether a password is guessed easily, without asking anybody: it is one of the 50,000 of eight characters or more that were
 * found most often in leaked lists (fxa-common-password-list), or fewer than 10^8 guesses away for whoever knows such lists,
 * keyboards, dates, and the given words (zxcvbn). Upper and lower case and ways to write one sign make no difference.
 */
export async function passwordWeakness(password: string, words: readonly string[]): Promise<PasswordWeakness | null> {
  loading ??= loadJudge()
  return (await loading)(folded(password), words.map(folded))
}

const folded = (text: string) => text.normalize("NFKC").toLowerCase()

/** Loaded with the first password that is chosen: half a megabyte of lists, which most nodes never need. */
async function loadJudge(): Promise<Judge> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }, { default: common }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
    import("fxa-common-password-list"),
  ])
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
  return (password, words) => {
    if (common.test(password)) return "common"
    const { score, sequence } = zxcvbn.check(password.slice(0, longestJudged), [...words])
    if (score >= leastScore) return null
    return sequence.some((match) => match.dictionaryName === "userInputs") ? "own-words" : "common"
  }
}
