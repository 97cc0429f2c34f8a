import { expect, test } from "vitest"
import { addonWorld, meetingId, settings } from "./testing/addon-world.ts"

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

const hers = { calendarId: "bo@example.org", eventId: "event1" }

test("an event in somebody else's calendar is asked for as theirs, and the service says whether it may be", () => {
  const world = addonWorld()
  world.signIn()
  world.call("onCreateConference", { ...chosen, eventData: hers })
  expect(world.sent.at(-1)?.body).toMatchObject({ for: "bo@example.org" })
  world.call("onCreateConference", { ...chosen, eventData: { ...hers, calendarId: "c1@group.calendar.google.com" } })
  expect(world.sent.at(-1)?.body).not.toHaveProperty("for")
  world.answers["post /v1/tools/meetings"] = { status: 403, body: { code: "not-delegate" } }
  const pressed = { calendar: { calendarId: "bo@example.org", id: "event3" } }
  expect(world.said("onAddMeeting", pressed)).toContain("has not allowed you to schedule for them")
  world.answers["post /v1/tools/meetings"] = { status: 403, body: { code: "something-new" } }
  expect(world.said("onAddMeeting", pressed)).toContain("Kalends does not allow this.")
})

test("the person chooses for whom it is, and can choose themselves in somebody else's calendar", () => {
  const world = addonWorld()
  world.signIn()
  expect(world.said("onHome")).toContain("You may schedule for: Bo")
  expect(world.said("onEventOpen", open(true))).toContain("For whom")
  const calendar = { calendarId: "bo@example.org", id: "event1", capabilities: { canSetConferenceData: true } }
  expect(world.said("onEventOpen", { calendar })).toContain("Bo (owner of the calendar)")
  const formInputs = { host: { stringInputs: { value: ["ada@example.org"] } } }
  world.call("onAddMeeting", { calendar, commonEventObject: { formInputs } })
  expect(world.sent.at(-1)?.body).toMatchObject({ for: "ada@example.org" })
})

test("whether every event gets a meeting is turned round, and the card says what Google lets the add-on do", () => {
  const everyOn = { status: 200, body: { ...settings, defaults: { templateId: null, addsToEveryEvent: true } } }
  const world = addonWorld()
  world.signIn()
  expect(world.said("onEveryEvent")).toContain("Saved.")
  expect(world.sent.find(({ asked }) => asked.startsWith("put"))?.body).toEqual({
    ...{ templateId: null, addsToEveryEvent: true },
  })
  world.answers["get /v1/tools/settings"] = everyOn
  expect(world.said("onHome")).toContain("only when you choose it in the event")
  expect(world.google.triggers).toEqual([])
  const byItself = addonWorld({ addsByItself: true })
  byItself.signIn()
  byItself.answers["get /v1/tools/settings"] = everyOn
  expect(byItself.said("onHome")).toContain("once it is saved")
  expect(byItself.google.triggers).toEqual([{ name: "onEventsChanged", calendarId: "ada@example.org" }])
})

/** A world in which every event is to get a meeting, and one that was saved a moment ago. */
function savedWorld() {
  const world = addonWorld({ addsByItself: true })
  world.signIn()
  const body = { ...settings, defaults: { templateId: null, addsToEveryEvent: true } }
  world.answers["get /v1/tools/settings"] = { status: 200, body }
  const fresh = { ...saved, etag: '"7"', created: Temporal.Now.instant().toString(), organizer: { self: true } }
  const changes = (...items: object[]) => {
    world.calendar.page = { items, nextSyncToken: "sync-2" }
    world.call("onEventsChanged", { calendarId: "ada@example.org" })
  }
  const made = () => world.sent.filter(({ asked }) => asked === "post /v1/tools/meetings")
  return { world, fresh, changes, made }
}

test("a new event gets its link into the location by itself, once, and the meeting follows and ends with it", () => {
  const { world, fresh, changes, made } = savedWorld()
  changes(fresh)
  expect(made()).toHaveLength(1)
  expect(world.patched).toEqual([
    { resource: { location: "https://meet.example.org/abc" }, headers: { "If-Match": '"7"' } },
  ])
  changes({ ...fresh, location: "https://meet.example.org/abc", summary: "Comet" })
  expect(world.sent.at(-1)).toMatchObject({
    asked: `patch /v1/tools/meetings/${meetingId}`,
    body: { subject: "Comet" },
  })
  changes(fresh)
  expect(world.sent.at(-1)?.asked).toBe(`delete /v1/tools/meetings/${meetingId}`)
  changes(fresh)
  expect(made()).toHaveLength(1)
})

test("old events, others' events, absences and events that lead somewhere already get nothing by themselves", () => {
  const { world, fresh, changes, made } = savedWorld()
  changes(
    { ...fresh, id: "a", created: "2020-01-01T00:00:00Z" },
    { ...fresh, id: "b", organizer: {} },
    { ...fresh, id: "c", eventType: "outOfOffice" },
    { ...fresh, id: "d", location: "Observatory" },
    { ...fresh, id: "e", conferenceData: { conferenceSolution: { key: { type: "hangoutsMeet" } } } },
  )
  world.answers["get /v1/tools/settings"] = { status: 200, body: settings }
  changes({ ...fresh, id: "f" })
  expect(made()).toEqual([])
  expect(world.patched).toEqual([])
})

test("a link that could not be written is given up, and the event is left alone", () => {
  const { world, fresh, changes, made } = savedWorld()
  world.calendar.refusesPatch = true
  changes(fresh)
  expect(world.sent.at(-1)?.asked).toBe(`delete /v1/tools/meetings/${meetingId}`)
  changes(fresh)
  expect(made()).toHaveLength(1)
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
