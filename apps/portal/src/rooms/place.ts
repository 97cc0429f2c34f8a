/** Which page about rooms is open. It stands in the address. */
export type RoomsPlace =
  /** `show`: those alone that are not well, where it is said. */
  | { readonly kind: "list"; readonly search: string; readonly show?: "trouble" }
  | { readonly kind: "video"; readonly show?: "trouble" }
  | { readonly kind: "add" | "import" | "many" | "devices" | "dial-rules" | "setup" }
  | { readonly kind: "room"; readonly roomId: string }

const root = "rooms"
const idText = /^[0-9a-f-]{36}$/
const named = ["add", "import", "many", "devices", "dial-rules", "setup"] as const

/** What the address names; the list where it names nothing that is known. */
export function roomsPlaceOf(address: string): RoomsPlace {
  const [path = "", query = ""] = address.split("?")
  const [, first = ""] = path.split("/")
  const kind = named.find((one) => one === first)
  if (kind !== undefined) return { kind }
  if (idText.test(first)) return { kind: "room", roomId: first }
  const asked = new URLSearchParams(query)
  const show = asked.get("show") === "trouble" ? { show: "trouble" as const } : {}
  if (first === "video") return { kind: "video", ...show }
  return { kind: "list", search: asked.get("search") ?? "", ...show }
}

/** The text behind the # for a page. */
export function roomsPlaceText(place: RoomsPlace): string {
  if (place.kind === "room") return `${root}/${place.roomId}`
  if (place.kind !== "list" && place.kind !== "video") return `${root}/${place.kind}`
  const query = new URLSearchParams({
    ...(place.kind === "list" && place.search !== "" ? { search: place.search } : {}),
    ...(place.show === undefined ? {} : { show: place.show }),
  })
  const path = place.kind === "video" ? `${root}/video` : root
  return query.size === 0 ? path : `${path}?${query}`
}
