import { expect, test } from "vitest"
import { addonWorld, meetingId } from "./testing/addon-world.ts"

const place = { calendarId: "ada@example.org", eventId: "event1" }
const chosen = { eventData: place, commonEventObject: { timeZone: { id: "Asia/Tokyo" } } }
const saved = {
  id: "event1",
  summary: "Observation",
  start: { dateTime: "2026-12-01T19:00:00Z", timeZone: "Europe/Berlin" },
}
const carrying = {
  ...{ ...saved, organizer: { self: true } },
  conferenceData: {
    conferenceSolution: { key: { type: "addOn" } },
    parameters: { addOnParameters: { parameters: { kalendsMeetingId: meetingId } } },
  },
}

test("a conference that is chosen is a meeting with its link, its id and its text", () => {
  const world = addonWorld()
  world.signIn()
  world.events.set("event1", saved)
  expect(world.call("onCreateConference", chosen)).toMatchObject({
    made: "newConferenceDataBuilder",
    set: {
      ...{ setConferenceId: meetingId, setConferenceSolutionId: "kalends" },
      addEntryPoint: [{ set: { setEntryPointType: "VIDEO", setUri: "https://meet.example.org/abc" } }],
      addConferenceParameter: [{ set: { setKey: "kalendsMeetingId", setValue: meetingId } }],
      setNotes: '<a href="https://meet.example.org/abc">Join</a>',
    },
  })
  expect(world.sent[0]).toEqual({
    ...{ asked: "post /v1/tools/meetings", token: "Bearer session-token" },
    body: {
      ...{ key: expect.stringMatching(/^[0-9a-f]{32}$/), subject: "Observation" },
      ...{ date: "2026-12-01", time: "20:00", zone: "Europe/Berlin", isRecurring: false },
    },
  })
})

test("an event that is not saved yet has its place held by today, in the person's zone", () => {
  const world = addonWorld()
  world.signIn()
  world.call("onCreateConference", { ...chosen, commonEventObject: { ...chosen.commonEventObject, userLocale: "ja" } })
  expect(world.sent[0]?.body).toMatchObject({ subject: "会議", date: "2026-12-02", time: null, zone: "Asia/Tokyo" })
})

test("chosen twice for one event, the meeting is asked for with the same key, and with a new one once it was given up", () => {
  const world = addonWorld()
  world.signIn()
  const keys = () => world.sent.flatMap(({ body }) => (body === null ? [] : [(body as { key: string }).key]))
  world.call("onCreateConference", chosen)
  world.call("onCreateConference", chosen)
  expect(new Set(keys()).size).toBe(1)
  world.answers["post /v1/tools/meetings"] = { status: 409, body: { code: "key-used" } }
  world.call("onCreateConference", chosen)
  expect(new Set(keys()).size).toBe(2)
})

test("one trigger is made for a calendar, however many meetings are made", () => {
  const world = addonWorld()
  world.signIn()
  world.call("onCreateConference", chosen)
  world.call("onCreateConference", { eventData: { ...place, eventId: "event2" } })
  expect(world.google.triggers).toEqual([{ name: "onEventsChanged", calendarId: "ada@example.org" }])
})

test.each([
  [403, "PERMISSION_DENIED"],
  [500, "TEMPORARY"],
])("a service that answers %i is an error that Google shows as %s", (status, type) => {
  const world = addonWorld()
  world.signIn()
  world.answers["post /v1/tools/meetings"] = { status }
  expect(world.call("onCreateConference", chosen)).toMatchObject({
    set: { setError: { set: { setConferenceErrorType: type } } },
  })
})

test("who is not signed in, or is not any more, is sent to sign in", () => {
  const world = addonWorld()
  const signIn = {
    ...{ setConferenceErrorType: "AUTHENTICATION", setAuthenticationUrl: "https://calendar.example.org/#tools" },
  }
  expect(world.call("onCreateConference", chosen)).toMatchObject({ set: { setError: { set: signIn } } })
  world.signIn()
  world.answers["post /v1/tools/meetings"] = { status: 401 }
  expect(world.call("onCreateConference", chosen)).toMatchObject({ set: { setError: { set: signIn } } })
  expect(world.google.properties.has("token")).toBe(false)
})

test("a changed event is told, and the place to go on from is kept once it was", () => {
  const world = addonWorld()
  world.signIn()
  world.calendar.page = { items: [carrying, { ...saved, id: "other" }], nextSyncToken: "sync-2" }
  world.answers[`patch /v1/tools/meetings/${meetingId}`] = { status: 503 }
  expect(() => world.call("onEventsChanged", { calendarId: "ada@example.org" })).toThrow()
  expect(world.google.properties.has("sync.ada@example.org")).toBe(false)
  world.answers[`patch /v1/tools/meetings/${meetingId}`] = { status: 404 }
  world.call("onEventsChanged", { calendarId: "ada@example.org" })
  expect(world.google.properties.get("sync.ada@example.org")).toBe("sync-2")
  expect(world.sent.at(-1)?.body).toEqual({
    ...{ subject: "Observation", date: "2026-12-01", time: "20:00", zone: "Europe/Berlin", isRecurring: false },
  })
  expect(world.sent).toHaveLength(2)
})

test("a sync token that is over is replaced by a look at all that lies ahead", () => {
  const world = addonWorld()
  world.signIn()
  world.google.properties.set("sync.ada@example.org", "old")
  world.calendar.refusesToken = true
  world.calendar.page = { items: [], nextSyncToken: "sync-9" }
  world.call("onEventsChanged", { calendarId: "ada@example.org" })
  expect(world.listed.map(({ options }) => Object.keys(options).filter((name) => /Token|timeMin/.test(name)))).toEqual([
    ["syncToken"],
    ["timeMin"],
  ])
  expect(world.google.properties.get("sync.ada@example.org")).toBe("sync-9")
})

test("copies of others' events, occurrences and foreign conferences tell the service nothing", () => {
  const world = addonWorld()
  world.signIn()
  const { conferenceData, ...bare } = carrying
  const foreign = { ...conferenceData, conferenceSolution: { key: { type: "hangoutsMeet" } } }
  world.calendar.page = {
    items: [
      { ...carrying, organizer: {} },
      { ...carrying, recurringEventId: "series" },
      { ...bare, conferenceData: foreign },
    ],
    nextSyncToken: "sync-2",
  }
  world.call("onEventsChanged", { calendarId: "ada@example.org" })
  expect(world.sent).toEqual([])
})

test("an event that is deleted gives its meeting up", () => {
  const world = addonWorld()
  world.signIn()
  world.call("onCreateConference", chosen)
  world.calendar.page = { items: [{ id: "event1", status: "cancelled" }], nextSyncToken: "sync-2" }
  world.call("onEventsChanged", { calendarId: "ada@example.org" })
  world.call("onEventsChanged", { calendarId: "ada@example.org" })
  expect(world.sent.filter(({ asked }) => asked.startsWith("delete"))).toHaveLength(1)
})

test("signing in shows a code, waits for it to be typed, and then shows whose it is", () => {
  const world = addonWorld()
  expect(world.said("onHome")).toContain("Connect Kalends")
  expect(world.said("onBeginSignIn")).toContain("ABCD-EFGH")
  world.answers["get /v1/tools/sessions/code"] = { status: 200, body: { state: "waiting" } }
  expect(world.said("onCodeTyped")).toContain("Nobody has typed the code yet.")
  expect(world.said("onHome")).toContain("ABCD-EFGH")
  world.answers["get /v1/tools/sessions/code"] = { status: 503 }
  expect(world.said("onHome")).toContain("ABCD-EFGH")
  world.answers["get /v1/tools/sessions/code"] = { status: 200, body: { state: "connected" } }
  expect(world.said("onCodeTyped")).toContain("Ada &lt;Lovelace&gt;")
  expect(world.google.properties.get("token")).toBe("waiting-token")
  expect(world.said("onSignOut")).toContain("Disconnected.")
  expect(world.sent.at(-1)).toMatchObject({ asked: "delete /v1/sessions/current", token: "Bearer waiting-token" })
})

test("a code that is over is followed by another", () => {
  const world = addonWorld()
  world.call("onBeginSignIn")
  world.answers["get /v1/tools/sessions/code"] = { status: 401 }
  expect(world.said("onCodeTyped")).toContain("This code is over.")
})

const open = (canSetConferenceData: boolean) => ({
  calendar: { calendarId: "ada@example.org", id: "event1", capabilities: { canSetConferenceData } },
})

test("an open event offers to add a meeting with a template, puts it in, and then offers to give it up", () => {
  const world = addonWorld()
  world.signIn()
  world.events.set("event1", saved)
  expect(world.said("onEventOpen", open(false))).toContain("You may not change")
  expect(world.said("onEventOpen", open(true))).toContain("Lectures")
  const templateId = "99999999-2222-4333-8444-555555555555"
  const formInputs = { templateId: { stringInputs: { value: [templateId] } } }
  const added = world.call("onAddMeeting", { ...open(true), commonEventObject: { formInputs } })
  expect(added).toMatchObject({
    ...{ made: "newCalendarEventActionResponseBuilder" },
    set: { setConferenceData: { set: { setConferenceId: meetingId } } },
  })
  expect(world.sent.at(-1)?.body).toMatchObject({ subject: "Observation", templateId })
  expect(world.said("onEventOpen", open(true))).toContain("Give the meeting up")
  expect(world.said("onRemoveMeeting", { commonEventObject: { parameters: { meetingId } } })).toContain("Given up.")
  expect(world.said("onEventOpen", open(true))).toContain("Add a meeting")
})

test("the template that is chosen is the person's default from then on", () => {
  const world = addonWorld()
  world.signIn()
  const formInputs = { templateId: { stringInputs: { value: [""] } } }
  expect(world.said("onTemplateChosen", { commonEventObject: { formInputs } })).toContain("Saved.")
  expect(world.sent.at(-1)?.body).toEqual({ templateId: null, addsToEveryEvent: false })
})

test("who may not use tools is told so, and a service that fails is no crash", () => {
  const world = addonWorld()
  world.signIn()
  world.answers["get /v1/tools/settings"] = { status: 503 }
  expect(world.said("onHome")).toContain("does not answer")
  const body = { person: { displayName: "Ada", email: "a@example.org" }, isOn: false, templates: [], defaults: {} }
  world.answers["get /v1/tools/settings"] = { status: 200, body }
  expect(world.said("onEventOpen", open(true))).toContain("switched scheduling tools off")
  world.answers["get /v1/tools/settings"] = { status: 200, body: [] }
  expect(world.said("onHome")).toContain("does not answer")
})

test("as many meetings are kept by event as one property of Google's holds", () => {
  const world = addonWorld()
  world.signIn()
  for (let index = 0; index < 80; index++)
    world.call("onCreateConference", { eventData: { ...place, eventId: `${"e".repeat(60)}${index}` } })
  const kept = world.google.properties.get("events")
  expect(kept).toContain("e79")
  expect(kept).not.toContain("e19")
})
