import { expect, test } from "vitest"
import { connectedWorld } from "../testing/connected-world.ts"
import { sessionLives } from "../testing/session-lives.ts"
import { tokenHash } from "./session-token.ts"
import { createToolCodes } from "./tool-codes.ts"

async function world() {
  const connected = await connectedWorld()
  const { store, clock, random, accountId, asker } = connected
  const codes = createToolCodes({ store, clock, random, lives: sessionLives })
  const sessionOf = (token: string) =>
    store.asSystem((tables) => tables.findSession(tokenHash("session", token), clock.now()))
  const suspend = () =>
    store.inAccount(accountId, (tables) => tables.persons.updateUser(asker.user.userId, { suspendedAt: clock.now() }))
  return { ...connected, codes, sessionOf, suspend, by: asker }
}

test("a tool is signed in once its person has typed its code, for what is for tools alone", async () => {
  const { codes, by, sessionOf } = await world()
  const { code, token } = await codes.begin("Browser extension, Firefox on Linux")
  expect(await codes.state(token)).toEqual({ state: "waiting" })
  expect(await sessionOf(token)).toBeNull()
  const typed = `${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`
  expect(await codes.look(by, typed)).toMatchObject({ deviceName: "Browser extension, Firefox on Linux" })
  expect(await codes.state(token)).toEqual({ state: "waiting" })
  await codes.connect(by, typed)
  expect(await codes.state(token)).toEqual({ state: "connected" })
  expect((await sessionOf(token))?.session).toMatchObject({
    ...{ kind: "tool", userId: by.user.userId, deviceName: "Browser extension, Firefox on Linux" },
    signedInBy: "hand-off",
  })
  await expect(codes.connect(by, typed)).rejects.toMatchObject({ kind: "not-found", code: "pairing-code-wrong" })
})

test("a code is over after ten minutes, and a wrong one connects nothing", async () => {
  const { codes, by, clock } = await world()
  const { code, token } = await codes.begin("Extension")
  for (const wrong of ["", "ABCD", "O0I1L!!!", "22222222"])
    await expect(codes.connect(by, wrong)).rejects.toMatchObject({ code: "pairing-code-wrong" })
  await clock.advance(10 * 60_000)
  await expect(codes.connect(by, code)).rejects.toMatchObject({ code: "pairing-code-wrong" })
  await expect(codes.state(token)).rejects.toMatchObject({ kind: "auth-expired", code: "pairing-over" })
})

test("whoever is suspended connects nothing", async () => {
  const { codes, by, sessionOf, suspend } = await world()
  const { code, token } = await codes.begin("Extension")
  await suspend()
  await expect(codes.connect(by, code)).rejects.toMatchObject({ code: "person-suspended" })
  expect(await sessionOf(token)).toBeNull()
})
