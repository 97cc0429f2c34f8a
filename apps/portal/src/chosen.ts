/** Longer than anything that is chosen. */
const longest = 120

/**
 * What the address says was chosen to be shown, so that it can be sent to a colleague, another page can lead to it, and going
 * back finds it again. `nothing` has every name there is, with an empty text.
 */
export function chosenIn<Choice extends Readonly<Record<string, string>>>(address: string, nothing: Choice): Choice {
  const query = new URLSearchParams(address.split("?")[1] ?? "")
  const said = Object.keys(nothing).map((name) => [name, (query.get(name) ?? "").slice(0, longest)])
  return { ...nothing, ...Object.fromEntries(said) }
}

/** The text behind the # for a choice on the page at `place`. */
export function addressOf(place: string, choice: Readonly<Record<string, string>>): string {
  const said = Object.entries(choice).filter(([, text]) => text !== "")
  return said.length === 0 ? place : `${place}?${new URLSearchParams(said)}`
}
