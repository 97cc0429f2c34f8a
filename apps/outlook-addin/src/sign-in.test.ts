import { expect, test } from "vitest"
import { doorsOf, signInQuietly } from "./sign-in.ts"
import { addinWorld } from "./testing/addin-world.ts"

test("Microsoft's own mailboxes go by nested app authentication, a server of one's own by its identity token", async () => {
  const cloud = addinWorld()
  expect(doorsOf(cloud.office)).toEqual(["nested-app"])
  const own = addinWorld({ accountType: "enterprise", identityToken: "identity.token.of.the.mailbox" })
  expect(doorsOf(own.office)).toEqual(["mailbox-server"])
  expect(await signInQuietly(own.signIn)).toBe(true)
  expect(own.sent[0]).toEqual({
    route: "POST /v1/tools/sessions/exchange",
    body: { token: "identity.token.of.the.mailbox", deviceName: "Outlook add-in" },
  })
})

test("an Outlook that does not say whose server it is tries both doors", async () => {
  const old = addinWorld({
    accountType: null,
    sets: [],
    mailboxSet: "1.4",
    identityToken: "identity.token.of.the.mailbox",
  })
  expect(doorsOf(old.office)).toEqual(["mailbox-server"])
  expect(await signInQuietly(old.signIn)).toBe(true)
  const phone = addinWorld({ accountType: null })
  expect(doorsOf(phone.office)).toEqual(["nested-app", "mailbox-server"])
  expect([await signInQuietly(phone.signIn), phone.sent.map(({ route }) => route)]).toEqual([
    ...[true, ["POST /v1/tools/sessions/entra"]],
  ])
})

test("where no door opens, a session that was opened with a code goes on", async () => {
  const { signIn, state } = addinWorld({ sets: [] })
  expect(await signInQuietly(signIn)).toBe(false)
  signIn.kept.write("c".repeat(43))
  expect(await signInQuietly(signIn)).toBe(true)
  expect(state.doors.size).toBe(2)
})

test("a refused token is a closed door, and no reason to give up; an unreachable service is", async () => {
  const refused = addinWorld()
  refused.state.doors.clear()
  expect(await signInQuietly(refused.signIn)).toBe(false)
  const away = addinWorld()
  away.state.isUp = false
  await expect(signInQuietly(away.signIn)).rejects.toMatchObject({ code: "service-unreachable" })
})
