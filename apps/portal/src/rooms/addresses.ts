/** As many as the service writes into one script. */
export const scriptedMost = 200

/** What was typed or pasted, one a line or parted by commas and the like; each once, in lower case. */
export function addressesIn(text: string): string[] {
  const words = text.split(/[\s,;]+/).map((word) => word.toLowerCase())
  return [...new Set(words.filter((word) => word !== ""))].slice(0, scriptedMost)
}
