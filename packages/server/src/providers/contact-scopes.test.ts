import type { ContactsPermission, PolicyWord } from "@kalends/domain/policy"
import { describe, expect, test } from "vitest"
import { connectedWorld } from "../testing/connected-world.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { scriptedHttp } from "../testing/scripted-http.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createGoogleProvider } from "./google/index.ts"
import { createGraphProvider } from "./graph/index.ts"
import { registry } from "./registry.ts"

// Providers with scopes × policy × choice: what a person's browser is sent away to ask for, looked at word by word.

const nothing = () => Promise.reject(new Error("nobody is asked"))
const deps = {
  http: scriptedHttp([]),
  clock: fakeClock(),
  random: seededRandom(1),
  oauth: { requestToken: nothing, signAssertion: nothing, verifyIdToken: nothing },
}
const at = "https://provider.example"
const app = { clientId: "app", clientSecret: "secret" }
const graph = createGraphProvider(deps, { ...app, tenant: "common", loginUrl: at, apiUrl: at })
const google = createGoogleProvider(deps, {
  ...{ ...app, accountsUrl: at, tokenUrl: at },
  ...{ apiUrl: at, peopleUrl: at, directoryUrl: at },
})
const googleScope = (name: string) => `https://www.googleapis.com/auth/${name}`

/** What each contacts permission is in the provider's words; everything else that speaks of people is too much. */
const scopesOf = {
  graph: { none: [], read: ["Contacts.Read"], "read-write": ["Contacts.ReadWrite"] },
  google: { none: [], read: [googleScope("contacts.readonly")], "read-write": [googleScope("contacts")] },
} as const
const permissions: readonly ContactsPermission[] = ["none", "read", "read-write"]
const ranks = { none: 0, read: 1, "read-write": 2 } as const
const policies: readonly (PolicyWord<"contactsPermission"> | null)[] = [
  null,
  ...permissions.flatMap((value) => [true, false].map((isLocked) => ({ value, isLocked }))),
]

async function askWith(provider: string, policy: (typeof policies)[number], contacts: ContactsPermission) {
  const world = await connectedWorld({ more: [graph, google] })
  const { base, accountId, asker } = world
  await base.inAccount(accountId, (tables) => tables.policy.say(null, "contactsPermission", policy))
  return world.connections.begin(asker, { provider, signIn: "oauth", permission: "read", contacts }).then(
    (answer) => new URL(answer.next === "authorize" ? answer.authorizeUrl : at).searchParams.get("scope") ?? "",
    (problem: { readonly code?: string }) => problem.code ?? "a bug",
  )
}

describe.each(["graph", "google"] as const)("%s is asked for contacts", (provider) => {
  const cases = policies.flatMap((policy) => permissions.map((choice) => ({ policy, choice })))
  test.each(cases)("never beyond policy $policy with the choice $choice", async ({ policy, choice }) => {
    const most = policy?.isLocked === true ? policy.value : "read-write"
    const answer = await askWith(provider, policy, choice)
    if (ranks[choice] > ranks[most]) return expect(answer).toBe("contacts-not-allowed")
    const asked = answer.split(" ").filter((name) => /contacts|people/i.test(name))
    expect(asked).toEqual(scopesOf[provider][choice])
    // Contacts change nothing of what is asked for the calendar.
    const others = answer.split(" ").filter((name) => !asked.includes(name))
    expect(others.join(" ")).toBe(await askWith(provider, null, "none"))
  })
})

test("every calendar service says whether it has contacts, and has what it says", () => {
  const settings = { graph: null, google: null, ews: true, caldav: true }
  for (const entry of registry) {
    const made = entry.name === "graph" ? graph : entry.name === "google" ? google : entry.create(deps, settings)
    expect([entry.name, made?.contacts !== null]).toEqual([entry.name, entry.hasContacts])
  }
})
