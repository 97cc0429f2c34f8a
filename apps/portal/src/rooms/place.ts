/** Which page about rooms is open. It stands in the address. */
export type RoomsPlace =
  | { readonly kind: "list"; readonly search: string }
  | { readonly kind: "add" | "import" | "dial-rules" | "setup" }
  | { readonly kind: "room"; readonly roomId: string }

const root = "rooms"
const idText = /^[0-9a-f-]{36}$/
const named = ["add", "import", "dial-rules", "setup"] as const

/** What the address names; the list where it names nothing that is known. */
export function roomsPlaceOf(address: string): RoomsPlace {
  const [path = "", query = ""] = address.split("?")
  const [, first = ""] = path.split("/")
  const kind = named.find((one) => one === first)
  if (kind !== undefined) return { kind }
  if (idText.test(first)) return { kind: "room", roomId: first }
  return { kind: "list", search: new URLSearchParams(query).get("search") ?? "" }
}

/** The text behind the # for a page. */
export function roomsPlaceText(place: RoomsPlace): string {
  if (place.kind === "room") return `${root}/${place.roomId}`
  if (place.kind !== "list") return `${root}/${place.kind}`
  return place.search === "" ? root : `${root}?${new URLSearchParams({ search: place.search })}`
}
