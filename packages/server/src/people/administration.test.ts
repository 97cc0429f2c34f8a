import { type Role, roles } from "@kalends/domain/ability"
import { parsePasskeyId, parseUserId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import type { UserRow } from "../ports/store.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { failEachStep, faultyStore } from "../testing/fail-each-step.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { sessionLives } from "../testing/session-lives.ts"
import { createAdministration } from "./administration.ts"
import { createPasswordLinks } from "./password-links.ts"
import { createPeople } from "./people.ts"
import { type Asker, openSession } from "./sessions.ts"

/** An organisation with people of these roles besides Ada, who is an owner with a calendar connected. */
async function world(others: readonly Role[], dressStore: Parameters<typeof connectedWorld>[0] = {}) {
  const base = createMemoryStore()
  const connected = await connectedWorld({ ...dressStore, base })
  const { store, clock, random, accountId, rows, connections } = connected
  const told: string[] = []
  const fanOut = {
    publish: (_topic: unknown, { kind }: { readonly kind: string }) => void told.push(kind),
    ...{ listen: () => () => {}, isConnected: true, close: async () => {} },
  }
  const passwords = {
    hash: async (text: string) => `scrypt$${text}`,
    isRight: async (text: string, hash: string | null) => hash === `scrypt$${text}`,
    weakness: async (text: string) => (text === "weak" ? ("common" as const) : null),
  }
  const sessions = { clock, random, lives: sessionLives }
  const administration = createAdministration({ store, fanOut, remover: connections.remover, sessions })
  const links = createPasswordLinks({ store, passwords, fanOut, clock })
  const people = createPeople({ store, passwords, fanOut, ...sessions })
  const inAccount = <Result>(work: Parameters<typeof base.inAccount<Result>>[1]) => base.inAccount(accountId, work)
  const person = (role: Role, index: number): UserRow => ({
    ...{ ...rows.user, userId: parseUserId(random.uuid()), role, email: `${role}-${index}@example.org` },
    passwordHash: "scrypt$right",
  })
  const made = others.map(person)
  await inAccount(async (tables) => {
    await tables.persons.updateUser(rows.user.userId, { role: "owner" })
    for (const one of made) await tables.insertUser(one)
  })
  const asking = ({ role, ...user }: UserRow): Asker => ({
    user: { ...user, role, call: "request:1" },
    session: { ...connected.asker.session, userId: user.userId, secondFactorAt: clock.now() },
  })
  return {
    ...{ ...connected, base, administration, links, people, sessions, inAccount, told, made, asking },
    ada: { ...rows.user, role: "owner" } satisfies UserRow,
    givePasskey: ({ accountId, userId }: UserRow) =>
      inAccount((tables) =>
        tables.signIn.insertPasskey({
          ...{ accountId, userId, passkeyId: parsePasskeyId(random.uuid()), name: "Laptop", transports: "internal" },
          ...{ credentialId: new Uint8Array([1]), publicKey: new Uint8Array([2]), counter: 0 },
          ...{ isBackupEligible: true, isBackedUp: false, createdAt: clock.now(), usedAt: null },
        }),
      ),
    signIn: (user: UserRow, password: string) => people.signIn({ email: user.email, password, deviceName: "Test" }),
    owners: () => inAccount((tables) => tables.persons.listOwners()),
    find: (user: UserRow) => inAccount((tables) => tables.findUser(user.userId)),
    actions: () =>
      inAccount(async (tables) =>
        (await tables.listAudit({ after: 0, limit: 1_000 })).map(({ action, reason }) => `${action} ${reason}`),
      ),
  }
}

const codeOf = (error: unknown) => (isProblem(error) ? error.code : String(error))
const outcome = (work: Promise<unknown>) => work.then(() => "done", codeOf)

describe("the last owner", () => {
  test("is neither demoted, suspended nor removed", async () => {
    const { administration, asking, ada, made, owners } = await world(["owner"])
    const [bo] = made
    if (bo === undefined) throw new Error("there is one")
    expect(await outcome(administration.suspend(asking(ada), bo.userId))).toBe("done")
    expect(await outcome(administration.edit(asking(ada), ada.userId, { role: "user" }))).toBe("last-owner")
    expect(await outcome(administration.remove(asking(ada), ada.userId))).toBe("person-is-you")
    expect(await owners()).toEqual([ada.userId])
  })

  test.each(["demote", "suspend", "remove"] as const)("is left when two owners %s each other at once", async (act) => {
    const { administration, asking, ada, made, owners } = await world(["owner"])
    const [bo] = made
    if (bo === undefined) throw new Error("there is one")
    const on = (by: UserRow, whom: UserRow) => {
      if (act === "demote") return administration.edit(asking(by), whom.userId, { role: "user" })
      return act === "suspend"
        ? administration.suspend(asking(by), whom.userId)
        : administration.remove(asking(by), whom.userId)
    }
    const both = await Promise.all([outcome(on(ada, bo)), outcome(on(bo, ada))])
    expect(both.filter((one) => one === "done")).toHaveLength(1)
    expect(await owners()).toHaveLength(1)
  })

  test("is left whatever administrators do, two at a time", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { administration, asking, ada, made, owners, find } = await world([
        "owner",
        "owner",
        "calendar-admin",
        "user",
      ])
      const chance = seededRandom(seed)
      const all = [ada, ...made]
      const pick = <One>(from: readonly One[]): One => {
        const one = from[Math.floor(chance.fraction() * from.length)]
        if (one === undefined) throw new Error("there is one")
        return one
      }
      const act = async () => {
        const by = (await find(pick(all))) ?? ada
        const { userId } = pick(all)
        const way = pick(["role", "role", "suspend", "restore", "remove"])
        if (way === "role") return administration.edit(asking(by), userId, { role: pick(roles) })
        if (way === "suspend") return administration.suspend(asking(by), userId)
        return way === "restore"
          ? administration.restore(asking(by), userId)
          : administration.remove(asking(by), userId)
      }
      for (let step = 0; step < 25; step++) {
        await Promise.all([outcome(act()), outcome(act())])
        expect([seed, step, (await owners()).length > 0]).toEqual([seed, step, true])
      }
    }
  })
})

describe("who may do what to whom", () => {
  test("nobody changes anything of somebody who may do more than they", async () => {
    const { administration, asking, made, actions } = await world(["calendar-admin", "owner", "auditor", "room-admin"])
    const [admin, ...above] = made
    if (admin === undefined) throw new Error("there is one")
    const before = await actions()
    for (const { userId } of above)
      for (const work of [
        administration.edit(asking(admin), userId, { displayName: "X" }),
        administration.suspend(asking(admin), userId),
        administration.restore(asking(admin), userId),
        administration.remove(asking(admin), userId),
        administration.signOut(asking(admin), userId),
        administration.makeLink(asking(admin), userId),
        administration.removeFactors(asking(admin), userId),
      ])
        expect(await outcome(work)).toBe("person-above")
    expect(await actions()).toEqual(before)
  })

  test("a role is given by who may change roles alone, and by nobody on an old second factor", async () => {
    const { administration, asking, ada, made, clock, find, givePasskey } = await world(["calendar-admin", "user"])
    const [admin, bo] = made
    if (admin === undefined || bo === undefined) throw new Error("there are two")
    expect(await outcome(administration.edit(asking(admin), bo.userId, { role: "calendar-admin" }))).toBe("not-allowed")
    const stale = asking(ada)
    await clock.advance(16 * 60_000)
    const giveRole = () => outcome(administration.edit(stale, bo.userId, { role: "auditor" }))
    // Whose second factor came from where they sign in can show it nowhere else.
    expect(await giveRole()).toBe("fresh-sign-in-needed")
    await givePasskey(ada)
    expect(await giveRole()).toBe("fresh-factor-needed")
    expect(await find(bo)).toMatchObject({ role: "user" })
    await administration.edit(asking(ada), bo.userId, { role: "auditor" })
    expect(await find(bo)).toMatchObject({ role: "auditor" })
  })
})

describe("somebody suspended", () => {
  test("is signed out everywhere, signs in by no way, and has their calendar kept but not opened, until let in again", async () => {
    const { administration, asking, ada, made, people, sessions, inAccount, told, connect, see, broker, accountId } =
      await world(["owner"])
    const [bo] = made
    if (bo === undefined) throw new Error("there is one")
    await connect()
    const opened = await inAccount((tables) =>
      openSession(sessions, tables, ada, { deviceName: "Phone", signedInBy: "passkey" }),
    )
    const signedIn = await people.findSignedIn(opened.token)
    if (signedIn === null) throw new Error("just opened")
    const { code } = await people.handOff(signedIn)
    const connection = (await see())?.connection
    if (connection === undefined || connection === null) throw new Error("just connected")
    const wish = { actor: { kind: "service", part: "pass" }, reason: "pass", call: "job:pass:1" } as const
    await administration.suspend(asking(bo), ada.userId)
    expect(told.filter((kind) => kind === "signed-out").length).toBeGreaterThan(0)
    expect(await people.findSignedIn(opened.token)).toBeNull()
    expect(await outcome(people.exchange(code, "App"))).toBe("code-used")
    for (const signedInBy of ["password", "passkey", "provider"] as const)
      expect(
        await outcome(inAccount((tables) => openSession(sessions, tables, ada, { deviceName: "X", signedInBy }))),
      ).toBe("person-suspended")
    expect(await outcome(broker.freshAccess(accountId, connection.connectionId, wish))).toBe("person-suspended")
    expect((await see())?.connection).toMatchObject({ state: connection.state })
    await administration.restore(asking(bo), ada.userId)
    expect(await outcome(broker.freshAccess(accountId, connection.connectionId, wish))).toBe("done")
    // What was opened before is over for good.
    expect(await people.findSignedIn(opened.token)).toBeNull()
  })

  test("is told so with the right password alone", async () => {
    const { administration, asking, ada, made, people, actions } = await world(["user"])
    const [bo] = made
    if (bo === undefined) throw new Error("there is one")
    await administration.suspend(asking(ada), bo.userId)
    const signIn = (password: string) => people.signIn({ email: bo.email, password, deviceName: "Test" })
    expect(await outcome(signIn("wrong"))).toBe("wrong-sign-in")
    expect(await outcome(signIn("right"))).toBe("person-suspended")
    expect((await actions()).slice(-2)).toEqual(["sign-in-refused wrong-password", "sign-in-refused person-suspended"])
  })

  test("whatever fails at any step, is locked out with no session left, or stays as they were", async () => {
    const steps = await failEachStep({
      async make(line) {
        const made = await world(["owner"], { dressStore: (store) => faultyStore(store, line) })
        await made.inAccount((tables) =>
          openSession(made.sessions, tables, made.ada, { deviceName: "X", signedInBy: "password" }),
        )
        return made
      },
      flow: ({ administration, asking, made, ada }) => administration.suspend(asking(made[0] ?? ada), ada.userId),
      async check({ find, ada, inAccount, clock, administration, asking, made }, { where }) {
        const sessionsLeft = () => inAccount((tables) => tables.listSessions(ada.userId, clock.now()))
        const isOut = (await find(ada))?.suspendedAt !== null
        expect([where, (await sessionsLeft()).length]).toEqual([where, isOut ? 0 : 1])
        await administration.suspend(asking(made[0] ?? ada), ada.userId)
        expect([where, (await sessionsLeft()).length]).toEqual([where, 0])
      },
    })
    expect(steps).toBeGreaterThan(0)
  })
})

describe("helping somebody", () => {
  test("every session of theirs is ended, and nobody else's", async () => {
    const { administration, asking, ada, made, people, signIn, told } = await world(["user", "user"])
    const [bo, cy] = made
    if (bo === undefined || cy === undefined) throw new Error("there are two")
    const sessions = [await signIn(bo, "right"), await signIn(bo, "right"), await signIn(cy, "right")]
    told.length = 0
    await administration.signOut(asking(ada), bo.userId)
    const left = await Promise.all(sessions.map(({ token }) => people.findSignedIn(token)))
    expect(left.map((one) => one?.user.userId ?? null)).toEqual([null, null, cy.userId])
    expect(told).toEqual(["signed-out", "signed-out"])
  })

  test("a lost second factor is removed with all others and the codes, and whoever holds a session of theirs is out", async () => {
    const { administration, asking, ada, made, people, signIn, givePasskey, inAccount, clock, actions } = await world([
      "user",
    ])
    const [bo] = made
    if (bo === undefined) throw new Error("there is one")
    const before = await signIn(bo, "right")
    await givePasskey(bo)
    await inAccount((tables) => tables.signIn.putRecoveryCodes(bo.userId, [new Uint8Array(32)], clock.now()))
    await administration.removeFactors(asking(ada), bo.userId)
    expect(await people.findSignedIn(before.token)).toBeNull()
    const left = await inAccount(async ({ signIn }) => [
      await signIn.hasFactor(bo.userId),
      await signIn.countRecoveryCodes(bo.userId),
    ])
    expect(left).toEqual([false, 0])
    expect(await actions()).toContain("factor-removed passkey")
    expect(await outcome(administration.removeFactors(asking(ada), ada.userId))).toBe("person-is-you")
  })
})

describe("removing somebody", () => {
  test("whatever fails at any step, nothing of theirs is left once it is asked for again, and the log says it once", async () => {
    const steps = await failEachStep({
      async make(line) {
        const made = await world(["owner"], { dressStore: (store) => faultyStore(store, line) })
        await made.connect()
        return made
      },
      flow: ({ administration, asking, made, ada }) => administration.remove(asking(made[0] ?? ada), ada.userId),
      async check({ find, ada, administration, asking, made, base, actions }, { where }) {
        const again = await outcome(administration.remove(asking(made[0] ?? ada), ada.userId))
        expect([where, again === "done" || again === "no-person"]).toEqual([where, true])
        expect([where, await find(ada)]).toEqual([where, null])
        expect(JSON.stringify(base.everything())).not.toContain('sealedSecret":{"0')
        const said = (await actions()).filter((one) => one === "user-removed person-removed")
        expect([where, said.length]).toEqual([where, 1])
      },
    })
    expect(steps).toBeGreaterThan(3)
  })
})

describe("a link for setting a password", () => {
  test("is good once, of two who follow it at once for one, and ends every session there is", async () => {
    const { administration, links, people, asking, ada, base, actions } = await world([])
    const { user, link } = await administration.invite(asking(ada), {
      email: "cy@example.org",
      displayName: "Cy",
      role: "user",
    })
    expect(JSON.stringify(base.everything())).not.toContain(link.token)
    expect(await links.look(link.token)).toEqual({ email: "cy@example.org", displayName: "Cy" })
    // What is refused for being guessed easily leaves the link good.
    expect(await outcome(links.spend(link.token, "weak"))).toBe("password-common")
    const both = await Promise.all(
      ["one password", "two password"].map((text) => outcome(links.spend(link.token, text))),
    )
    expect(both.sort()).toEqual(["done", "link-used"])
    expect(await outcome(links.look(link.token))).toBe("link-used")
    const signed = await Promise.all(
      ["one password", "two password"].map((password) =>
        outcome(people.signIn({ email: user.email, password, deviceName: "X" })),
      ),
    )
    expect(signed.sort()).toEqual(["done", "wrong-sign-in"])
    expect(await actions()).toContain("password-changed password-set")
  })

  test("is in no place of a second factor: whoever has one shows it all the same", async () => {
    const { administration, links, asking, ada, made, people, signIn, givePasskey } = await world(["user"])
    const [bo] = made
    if (bo === undefined) throw new Error("there is one")
    await givePasskey(bo)
    const { token } = await administration.makeLink(asking(ada), bo.userId)
    await links.spend(token, "battery staple")
    expect(await outcome(signIn(bo, "right"))).toBe("wrong-sign-in")
    const opened = await signIn(bo, "battery staple")
    expect((await people.findSignedIn(opened.token))?.session.awaitsSecondFactor).toBe(true)
  })

  test("ends after a day, with a newer one, and with a suspension", async () => {
    const { administration, links, asking, ada, made, clock } = await world(["user"])
    const [bo] = made
    if (bo === undefined) throw new Error("there is one")
    const first = await administration.makeLink(asking(ada), bo.userId)
    const second = await administration.makeLink(asking(ada), bo.userId)
    expect(await outcome(links.look(first.token))).toBe("link-used")
    expect(await outcome(links.look(second.token))).toBe("done")
    await administration.suspend(asking(ada), bo.userId)
    await administration.restore(asking(ada), bo.userId)
    expect(await outcome(links.look(second.token))).toBe("link-used")
    const third = await administration.makeLink(asking(ada), bo.userId)
    await clock.advance(24 * 3_600_000)
    expect(await outcome(links.look(third.token))).toBe("link-expired")
    expect(await outcome(links.spend(third.token, "a new password"))).toBe("link-expired")
  })
})
