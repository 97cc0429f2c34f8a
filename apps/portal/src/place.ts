/** Which page about organisations is open. It stands in the address, so that reloading finds it again. */
export type Place =
  | { readonly kind: "list" }
  /** `method`: the way that is chosen at first. */
  | { readonly kind: "connect"; readonly method: string | null }
  | { readonly kind: "tenant" | "secret" | "directory" | "checkup"; readonly tenantConnectionId: string }
  | { readonly kind: "rollout"; readonly rolloutId: string }
  | { readonly kind: "begin"; readonly work: "connect" | "migrate"; readonly tenantConnectionId: string }

const root = "organisation"
const idText = /^[0-9a-f-]{36}$/
const wordText = /^[a-z-]{2,40}$/
const pages = { secret: "secret", directory: "directory", checkup: "settings" } as const
const works = { connect: "connect-people", migrate: "move-people" } as const

/** What the address names; the list where it names nothing that is known. */
export function placeOf(text: string): Place {
  const [, first = "", second = ""] = text.split("/")
  if (first === "connect") return { kind: "connect", method: wordText.test(second) ? second : null }
  if (first === "work" && idText.test(second)) return { kind: "rollout", rolloutId: second }
  if (!idText.test(first)) return { kind: "list" }
  const work = (["connect", "migrate"] as const).find((name) => works[name] === second)
  if (work !== undefined) return { kind: "begin", work, tenantConnectionId: first }
  const page = (["secret", "directory", "checkup"] as const).find((name) => pages[name] === second)
  return { kind: page ?? "tenant", tenantConnectionId: first }
}

/** The text behind the # for a page. */
export function placeText(place: Place): string {
  switch (place.kind) {
    case "list":
      return root
    case "connect":
      return place.method === null ? `${root}/connect` : `${root}/connect/${place.method}`
    case "tenant":
      return `${root}/${place.tenantConnectionId}`
    case "secret":
    case "directory":
    case "checkup":
      return `${root}/${place.tenantConnectionId}/${pages[place.kind]}`
    case "rollout":
      return `${root}/work/${place.rolloutId}`
    case "begin":
      return `${root}/${place.tenantConnectionId}/${works[place.work]}`
  }
}
