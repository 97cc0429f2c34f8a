/** Which page about people is open. It stands in the address, so that reloading finds it again. */
export type PeoplePlace = { readonly kind: "list" } | { readonly kind: "one"; readonly userId: string }

/** What the address names; the list where it names nothing that is known. */
export function peoplePlaceOf(address: string): PeoplePlace {
  const userId = /^people\/([0-9a-f-]{36})$/.exec(address)?.[1]
  return userId === undefined ? { kind: "list" } : { kind: "one", userId }
}

/** The text behind the # for a page. */
export function peoplePlaceText(place: PeoplePlace): string {
  return place.kind === "list" ? "people" : `people/${place.userId}`
}
