import type { ContactsPermission } from "@kalends/domain/policy"
import { graphContacts } from "@kalends/readers/graph/contacts"
import { describe, expect, test } from "vitest"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { callerOf } from "../testing/rows.ts"

const withContacts = (provider: CalendarProvider): CalendarProvider => ({
  ...provider,
  contacts: { reader: graphContacts, apiBase: () => "https://people.invalid" },
})

async function worldWith(dress: (provider: CalendarProvider) => CalendarProvider = withContacts) {
  const world = await connectedWorld({ dress })
  const { connections, asker, remote, base, accountId } = world
  /** Through the provider's sign-in; `granted`: what the person leaves ticked. */
  async function connect(contacts: ContactsPermission, granted = contacts) {
    const begun = await connections.begin(asker, { provider: "memory", signIn: "oauth", permission: "read", contacts })
    const url = new URL(begun.next === "authorize" ? begun.authorizeUrl : "")
    const state = url.searchParams.get("state") ?? ""
    url.searchParams.set("contacts", granted)
    return connections.finish(asker, { state, code: await remote.consent(url, "agree") })
  }
  const lock = (value: ContactsPermission) =>
    base.inAccount(accountId, (tables) => tables.policy.say(null, "contactsPermission", { value, isLocked: true }))
  async function handed(reach: "browser" | "native" = "native") {
    const { connection } = await world.see()
    if (connection === null) throw new Error("it was connected")
    const { sessionId } = asker.session
    return (await connections.handOverAccess(callerOf(asker.user), connection.connectionId, { reach, sessionId }))
      .contacts
  }
  return { ...world, connect, lock, handed }
}

describe("contacts of a connection", () => {
  test("are none until somebody asks for them", async () => {
    const { connections, asker, remote, handed, see } = await worldWith()
    const begun = await connections.begin(asker, { provider: "memory", signIn: "oauth", permission: "read" })
    const url = new URL(begun.next === "authorize" ? begun.authorizeUrl : "")
    const code = await remote.consent(url, "agree")
    const view = await connections.finish(asker, { state: url.searchParams.get("state") ?? "", code })
    expect([view.contacts, (await see()).connection?.contactsPermission, await handed()]).toEqual([
      "none",
      "none",
      null,
    ])
  })

  test.each(["read", "read-write"] as const)(
    "that were allowed (%s) are shown, audited and handed over",
    async (wanted) => {
      const { connect, handed, see } = await worldWith()
      expect((await connect(wanted)).contacts).toBe(wanted)
      expect(await handed()).toEqual({ permission: wanted, apiBase: "https://people.invalid" })
      expect((await see()).audit.map(({ reason }) => reason)).toContain(`read-contacts-${wanted}`)
    },
  )

  test("that the person left out at the provider are none, and the calendar is connected all the same", async () => {
    const { connect, handed } = await worldWith()
    expect(await connect("read-write", "none")).toMatchObject({ contacts: "none", state: "connecting" })
    expect(await handed()).toBeNull()
  })

  test("are lowered by connecting again with less: what was held with more is gone", async () => {
    const { connect, handed, see } = await worldWith()
    await connect("read-write")
    const before = (await see()).credential
    expect((await connect("read")).contacts).toBe("read")
    const after = (await see()).credential
    expect(after?.sealedSecret).not.toEqual(before?.sealedSecret)
    expect(after?.sealedAccessToken).not.toEqual(before?.sealedAccessToken)
    expect((await handed())?.permission).toBe("read")
  })

  test("are lowered where a refresh tells that they were taken back", async () => {
    const world = await worldWith((provider) => {
      const { signIn } = provider
      if (signIn.kind !== "oauth") throw new Error("OAuth is expected")
      const refresh = (token: string, wanted: { readonly permission: "read" | "read-write" }) =>
        signIn.refresh(token, { ...wanted, contacts: "none" })
      return { ...withContacts(provider), signIn: { ...signIn, refresh } }
    })
    await world.connect("read")
    await world.clock.advance(2 * 3_600_000)
    await world.handed()
    expect((await world.see()).connection?.contactsPermission).toBe("none")
    expect(await world.handed()).toBeNull()
  })
})

describe("policy", () => {
  test("that is locked after a connection holds at once for what is handed over", async () => {
    const { connect, lock, handed } = await worldWith()
    await connect("read-write")
    await lock("read")
    expect((await handed())?.permission).toBe("read")
    await lock("none")
    expect(await handed()).toBeNull()
  })

  test("that was locked while the person was away is not gone around", async () => {
    const { connections, asker, remote, lock, see } = await worldWith()
    const input = { provider: "memory", signIn: "oauth", permission: "read", contacts: "read" } as const
    const begun = await connections.begin(asker, input)
    const url = new URL(begun.next === "authorize" ? begun.authorizeUrl : "")
    await lock("none")
    const answer = { state: url.searchParams.get("state") ?? "", code: await remote.consent(url, "agree") }
    await expect(connections.finish(asker, answer)).rejects.toMatchObject({ code: "contacts-not-allowed" })
    expect((await see()).connection).toBeNull()
  })

  test("is told to whoever connects", async () => {
    const { connections, asker, lock } = await worldWith()
    expect(await connections.contactsFor(asker.user)).toEqual({ most: "read-write", proposed: "none" })
    await lock("read")
    expect(await connections.contactsFor(asker.user)).toEqual({ most: "read", proposed: "read" })
  })
})

test("a calendar service without contacts is not asked for any, and says so", async () => {
  const { connect } = await worldWith((provider) => provider)
  await expect(connect("read")).rejects.toMatchObject({ kind: "unsupported", code: "no-contacts" })
})

test("a browser that is given no access is told of no contacts either", async () => {
  const { connect, handed } = await worldWith((provider) => ({
    ...withContacts(provider),
    limits: { ...provider.limits, isReachableFromBrowser: false },
  }))
  await connect("read")
  expect([await handed("browser"), (await handed("native"))?.permission]).toEqual([null, "read"])
})
