import { expect, test } from "vitest"
import type { Passwords } from "../ports/passwords.ts"
import type { Store } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { sessionLives } from "../testing/session-lives.ts"
import { createPeople } from "./people.ts"

// A sign-in that is refused takes the same work, whoever it was meant for.

const administrator = {
  email: "ada@example.org",
  password: "correct horse",
  displayName: "Ada",
  role: "owner",
} as const

/** Notes the name of every function that is called, those of a second factor's tables among them. */
function noting<Part extends object>(part: Part, place: string, called: string[]): Part {
  return new Proxy(part, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver)
      if (typeof value === "object" && value !== null) return noting(value, `${place}.${String(name)}`, called)
      if (typeof value !== "function") return value
      return (...given: readonly unknown[]) => {
        called.push(`${place}.${String(name)}`)
        return Reflect.apply(value, target, given)
      }
    },
  })
}

function openWorld() {
  const memory = createMemoryStore()
  const called: string[] = []
  const store: Store = {
    inAccount: (accountId, work) => memory.inAccount(accountId, (tables) => work(noting(tables, "account", called))),
    asSystem: (work) => memory.asSystem((tables) => work(noting(tables, "system", called))),
  }
  const passwords: Passwords = noting(
    {
      hash: async (text) => `scrypt$${text}`,
      isRight: async (text, hash) => hash === `scrypt$${text}`,
      weakness: async () => null,
    },
    "passwords",
    called,
  )
  const fanOut = { publish() {}, listen: () => () => {}, isConnected: true, close: async () => {} }
  const world = { clock: fakeClock(), random: seededRandom(3) }
  const people = createPeople({ store, passwords, fanOut, ...world, lives: sessionLives })
  async function refused(email: string, password: string): Promise<readonly string[]> {
    called.length = 0
    await expect(people.signIn({ email, password, deviceName: "D" })).rejects.toMatchObject({
      ...{ kind: "auth-revoked", code: "wrong-sign-in" },
      message: "The e-mail address or the password is not right.",
    })
    return [...called]
  }
  return { memory, people, refused, clock: world.clock }
}

test("an unknown address costs the same calls of the store and of the passwords as a wrong password", async () => {
  const { memory, people, refused, clock } = openWorld()
  const { user } = await people.setUp({ organisation: "O", administrator, deviceName: "D" })
  const known = await refused(administrator.email, "wrong")
  const unknown = await refused("nobody@example.org", "wrong")
  expect(unknown).toEqual(known)
  expect(known.filter((name) => name === "passwords.isRight")).toHaveLength(1)
  expect(known.at(-1)).toBe("account.appendAudit")

  // The same for somebody who has a second factor: it is not looked at before the password is right.
  const { accountId, userId } = user
  const createdAt = clock.now()
  await memory.inAccount(accountId, async ({ signIn }) => {
    await signIn.putTotp({
      accountId,
      userId,
      sealedSecret: new Uint8Array(9),
      lastStep: 0,
      createdAt,
      confirmedAt: null,
    })
    await signIn.confirmTotp(userId, createdAt)
  })
  expect(await refused(administrator.email, "wrong")).toEqual(unknown)

  const entries = await memory.inAccount(accountId, (tables) => tables.listAudit({ after: 0, limit: 100 }))
  const told = entries.filter(({ action }) => action === "sign-in-refused")
  expect(told.map(({ reason, subjectId }) => [reason, subjectId])).toEqual([
    ["wrong-password", userId],
    ["unknown-address", accountId],
    ["wrong-password", userId],
  ])
  expect(JSON.stringify(told)).not.toContain("example.org")
})

test("before there is an organisation, nobody is known, and that is all the same", async () => {
  const { refused } = openWorld()
  expect(await refused("a@example.org", "wrong")).toEqual(await refused("b@example.org", "other"))
})

test("a right password calls for more, so that the comparison can tell", async () => {
  const { people, refused } = openWorld()
  await people.setUp({ organisation: "O", administrator, deviceName: "D" })
  const wrong = await refused(administrator.email, "wrong")
  await expect(people.signIn({ ...administrator, deviceName: "D" })).resolves.toMatchObject({ user: { role: "owner" } })
  expect(wrong).not.toContain("account.insertSession")
})
