/** A person as Google's People API writes them. */
export type PersonWire = Readonly<Record<string, unknown>> & { readonly resourceName: string }

type Asked = { readonly route: string; readonly body: Readonly<Record<string, unknown>> }
type Answer = { readonly status?: number; readonly body: unknown }

const withEtag = (person: Omit<PersonWire, "metadata">, etag: string): PersonWire => ({
  ...person,
  resourceName: String(person.resourceName),
  metadata: { sources: [{ type: "CONTACT", id: String(person.resourceName), etag }] },
})

/** Three people whom everybody knows, one with nothing but an address. */
export function calmContacts(): readonly PersonWire[] {
  const person = (id: string, fields: object) => withEtag({ resourceName: `people/${id}`, ...fields }, "1")
  return [
    person("c1", {
      names: [{ displayName: "Grace Hopper", givenName: "Grace", familyName: "Hopper" }],
      emailAddresses: [{ value: "grace@navy.example", type: "work" }, { value: "hopper@yale.example" }],
      phoneNumbers: [{ value: "+1 555 0100", type: "mobile" }],
      organizations: [{ name: "United States Navy" }],
    }),
    person("c2", {
      names: [{ displayName: "山田 花子", givenName: "花子", familyName: "山田" }],
      emailAddresses: [{ value: "hanako@example.jp" }],
      organizations: [{ name: "天文台" }],
    }),
    person("c3", {
      emailAddresses: [{ value: "the-longest-address-that-anybody-here-has-ever-seen@observatory.example" }],
    }),
  ]
}

/** The People API on the scene's contacts; null where something else is asked. */
export function peopleReply({ route, body }: Asked, scene: { contacts: readonly PersonWire[] | null }): Answer | null {
  if (!route.includes(" /people/")) return null
  const people = scene.contacts
  if (people === null) return { status: 503, body: { error: { code: 503, status: "UNAVAILABLE" } } }
  if (route.startsWith("GET") && route.endsWith("/connections"))
    return { body: { connections: people, nextSyncToken: "sync" } }
  if (route.endsWith("people:createContact")) {
    const made = withEtag({ resourceName: `people/c${people.length + 10}`, ...shown(body) }, "1")
    scene.contacts = [...people, made]
    return { body: made }
  }
  const found = people.find(({ resourceName }) => route.replace(/:\w+$/, "").endsWith(`/${resourceName}`))
  if (found === undefined) return { status: 404, body: { error: { code: 404, status: "NOT_FOUND" } } }
  if (route.startsWith("GET")) return { body: found }
  if (route.startsWith("DELETE")) {
    scene.contacts = people.filter((one) => one !== found)
    return { body: {} }
  }
  const changed = withEtag({ ...found, ...shown(body) }, "2")
  scene.contacts = people.map((one) => (one === found ? changed : one))
  return { body: changed }
}

/** With the name that Google makes of the others. */
function shown({ metadata: _m, etag: _e, resourceName: _r, ...fields }: Readonly<Record<string, unknown>>): object {
  const [name] = Array.isArray(fields.names) ? fields.names.map(Object) : []
  if (name === undefined) return fields
  return { ...fields, names: [{ ...name, displayName: `${name.givenName ?? ""} ${name.familyName ?? ""}`.trim() }] }
}
