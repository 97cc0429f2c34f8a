import { type Role, roles } from "@kalends/domain/ability"
import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { toolWish, toolWorld } from "../testing/tool-world.ts"

const outcome = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (isProblem(error) ? error.code : String(error)),
  )

const rights = ["owner", "none", "delegate", "delegate with private"] as const
const events = ["unsaved", "public", "private"] as const

/** What somebody may do with a meeting of Ada's, as it stands with her event. */
const allowed = (right: (typeof rights)[number], event: (typeof events)[number]): string => {
  if (right === "none") return "not-yours"
  return right === "delegate" && event === "private" ? "private-not-allowed" : "done"
}

describe("who has to do with a meeting", () => {
  test.each(rights.flatMap((right) => events.map((event) => [right, event] as const)))(
    "is looked at by the service: %s, its event %s",
    async (right, event) => {
      const { tools, ada, delegates, colleague, save, sync, setPrivate, kept, run, wishes } = await toolWorld()
      const bo = await colleague("Bo")
      const by = right === "owner" ? ada : bo
      if (right.startsWith("delegate")) {
        const given = { email: bo.email, managesPrivate: right === "delegate with private" }
        await delegates.give(ada, ada.userId, given)
      }
      const { meetingId, ...made } = await tools.schedule(ada, toolWish)
      if (event !== "unsaved") {
        const id = await save(made)
        await sync()
        if (event === "private") await setPrivate(id)
      }
      wishes.splice(0)
      const wanted = allowed(right, event)
      expect(await outcome(tools.find(by, meetingId))).toBe(wanted)
      expect(await outcome(tools.change(by, meetingId, { subject: "Other" }))).toBe(wanted)
      await run()
      expect(await outcome(tools.remove(by, meetingId))).toBe(wanted)
      await run()
      // An event is looked at for a delegate without the right alone.
      const looked = wishes.filter(({ reason }) => reason === "delegate").length
      expect(looked).toBe(right === "delegate" && event !== "unsaved" ? 3 : 0)
      expect(kept()[0]?.isEnded).toBe(event === "unsaved" && wanted === "done")
    },
  )

  test("an event whose calendar is disconnected keeps nothing private", async () => {
    const { tools, ada, delegates, colleague, save, sync, inAccount, connectionId } = await toolWorld()
    const bo = await colleague("Bo")
    await delegates.give(ada, ada.userId, { email: bo.email, managesPrivate: false })
    const { meetingId, ...made } = await tools.schedule(ada, toolWish)
    await save(made)
    await sync()
    await inAccount((tables) => tables.deleteConnection(connectionId))
    expect(await outcome(tools.remove(bo, meetingId))).toBe("done")
  })
})

describe("scheduling for somebody", () => {
  test("is for who may, and the meeting is the host's", async () => {
    const { tools, ada, delegates, colleague, settings, kept, save, sync, inAccount } = await toolWorld()
    const bo = await colleague("Bo")
    const forAda = { ...toolWish, for: ada.email.toUpperCase() }
    expect(await outcome(tools.schedule(bo, forAda))).toBe("not-delegate")
    expect(await outcome(tools.schedule(bo, { ...toolWish, for: "nobody@example.org" }))).toBe("not-delegate")
    await delegates.give(ada, ada.userId, { email: "Bo@Example.org", managesPrivate: true })
    expect((await settings.settings(bo)).mayScheduleFor).toEqual([
      { email: ada.email, displayName: "Ada", managesPrivate: true },
    ])
    const made = await tools.schedule(bo, forAda)
    await save(made)
    await sync()
    const row = await inAccount((tables) => tables.meetings.findMeeting(made.meetingId))
    expect(row?.userId).toBe(ada.userId)
    expect(await outcome(tools.find(ada, made.meetingId))).toBe("done")
    await delegates.take(ada, ada.userId, bo.userId)
    expect(await outcome(tools.find(bo, made.meetingId))).toBe("not-yours")
    expect(await outcome(tools.schedule(bo, { ...forAda, key: "b".repeat(32) }))).toBe("not-delegate")
    expect(kept().length).toBe(1)
  })

  test("knows a host by the address of their mailbox, too, and nobody who is suspended", async () => {
    const { tools, ada, delegates, colleague, inAccount, connectionId, clock } = await toolWorld()
    const bo = await colleague("Bo")
    await inAccount((tables) => tables.updateConnection(connectionId, { subjectEmail: "Ada.L@mail.example" }))
    await delegates.give(ada, ada.userId, { email: bo.email, managesPrivate: false })
    const forMailbox = { ...toolWish, for: "ada.l@mail.example" }
    expect(await outcome(tools.schedule(bo, forMailbox))).toBe("done")
    await inAccount((tables) => tables.persons.updateUser(ada.userId, { suspendedAt: clock.now() }))
    expect(await outcome(tools.schedule(bo, { ...forMailbox, key: "b".repeat(32) }))).toBe("not-delegate")
  })

  test.each(roles)("an administrator gives delegates of who may no more than they: %s", async (role: Role) => {
    const { delegates, colleague } = await toolWorld()
    const [admin, host, bo] = [
      await colleague("Cy", "calendar-admin"),
      await colleague("Di", role),
      await colleague("Bo"),
    ]
    const mayNot = role === "owner" || role === "room-admin" || role === "auditor"
    const given = { email: bo.email, managesPrivate: false }
    expect(await outcome(delegates.give(admin, host.userId, given))).toBe(mayNot ? "not-allowed" : "done")
    await delegates.give(host, host.userId, given)
    expect(await outcome(delegates.take(admin, host.userId, bo.userId))).toBe(mayNot ? "not-allowed" : "done")
  })

  test("nobody is their own delegate, nor somebody who is not here", async () => {
    const { ada, delegates } = await toolWorld()
    const give = (email: string) => outcome(delegates.give(ada, ada.userId, { email, managesPrivate: false }))
    expect([await give(ada.email), await give("nobody@example.org")]).toEqual(["own-delegate", "no-person"])
  })
})
