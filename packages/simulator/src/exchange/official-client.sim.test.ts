import {
  Appointment,
  AttendeeInfo,
  AutodiscoverService,
  AvailabilityData,
  BasePropertySet,
  CalendarView,
  ConflictResolutionMode,
  ConnectingIdType,
  DateTime,
  DayOfTheWeek,
  DeleteMode,
  EmailAddress,
  EventType,
  ExchangeService,
  ExchangeVersion,
  FolderId,
  ImpersonatedUserId,
  ItemId,
  Mailbox,
  MessageBody,
  PropertySet,
  Recurrence,
  SendCancellationsMode,
  SendInvitationsMode,
  SendInvitationsOrCancellationsMode,
  StreamingSubscriptionConnection,
  SyncFolderItemsScope,
  TimeWindow,
  TimeZoneInfo,
  Uri,
  UserSettingName,
  WebCredentials,
  WellKnownFolderName,
  XhrApi,
} from "ews-javascript-api"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Person } from "../org.ts"
import { type Simulator, startSimulator } from "../simulator.ts"

// A client that others wrote (a port of Microsoft's own), unchanged: the simulator must not drift into a dialect of ours.

let simulator: Simulator
let mary: Person
let room: Person

beforeEach(async () => {
  simulator = await startSimulator({ clock: () => Temporal.Instant.from("2026-11-23T12:00:00Z") })
  const { org, tenants, exchange } = simulator
  mary = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  room = org.addRoom(tenants.exchange, "Room Draco", "draco@northwind-works.example")
  exchange.directory.addRoomList("Works", "rooms@northwind-works.example", [room])
})
afterEach(() => simulator.close())

type SignInWith = "basic" | "ntlm"

function clientOf(person: Person, way: SignInWith = "basic"): ExchangeService {
  const service = new ExchangeService(ExchangeVersion.Exchange2016, TimeZoneInfo.Utc)
  const { login, email, password } = simulator.exchange.credentialsOf(person)
  service.Url = new Uri(simulator.baseUrls.exchange)
  // The client wants credentials in any case; with its NTLM they are not sent as Basic.
  service.Credentials = new WebCredentials(way === "ntlm" ? "nobody" : email, password)
  if (way === "ntlm") service.XHRApi = new XhrApi().useNtlmAuthentication(login, password)
  return service
}

const at = (text: string) => DateTime.Parse(text)
const november = () => new CalendarView(at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"))

async function subjectsIn(service: ExchangeService): Promise<readonly string[]> {
  const found = await service.FindAppointments(WellKnownFolderName.Calendar, november())
  return found.Items.map(({ Subject }) => Subject)
}

async function newAppointment(service: ExchangeService, subject: string, rule?: Recurrence): Promise<Appointment> {
  const appointment = new Appointment(service)
  appointment.Subject = subject
  appointment.Body = new MessageBody("Bring the slides.")
  appointment.Start = at("2026-11-24T09:00:00Z")
  appointment.End = at("2026-11-24T10:00:00Z")
  if (rule !== undefined) appointment.Recurrence = rule
  await appointment.Save(WellKnownFolderName.Calendar, SendInvitationsMode.SendToNone)
  return appointment
}

const whole = () => new PropertySet(BasePropertySet.FirstClassProperties)

describe.each(["basic", "ntlm"] as const)("signed in by %s", (way) => {
  test("an appointment is made, found, read and deleted", async () => {
    const service = clientOf(mary, way)
    const made = await newAppointment(service, "Review")
    expect(await subjectsIn(service)).toEqual(["Review"])
    const read = await Appointment.Bind(service, made.Id, whole())
    expect([read.Start.ToISOString(), read.Body.Text, read.Organizer.Address]).toEqual([
      "2026-11-24T09:00:00.000Z",
      expect.stringContaining("Bring the slides."),
      mary.email,
    ])
    await read.Delete(DeleteMode.MoveToDeletedItems, SendCancellationsMode.SendToNone)
    expect(await subjectsIn(service)).toEqual([])
    expect(mary.calendar.live()).toEqual([])
  })
})

test("a series is made, one occurrence is renamed and another one deleted", async () => {
  const service = clientOf(mary)
  const rule = new Recurrence.WeeklyPattern()
  rule.StartDate = at("2026-11-24T00:00:00Z")
  rule.Interval = 1
  rule.DaysOfTheWeek.AddRange([DayOfTheWeek.Tuesday, DayOfTheWeek.Thursday])
  rule.NumberOfOccurrences = 4
  const master = await newAppointment(service, "Stand-up", rule)
  const second = await Appointment.BindToOccurrence(service, master.Id, 2, whole())
  second.Subject = "Stand-up, in the yard"
  await second.Update(ConflictResolutionMode.AutoResolve, SendInvitationsOrCancellationsMode.SendToNone)
  const first = await Appointment.BindToOccurrence(service, master.Id, 1, new PropertySet(BasePropertySet.IdOnly))
  await first.Delete(DeleteMode.HardDelete, SendCancellationsMode.SendToNone)
  const view = new CalendarView(at("2026-11-01T00:00:00Z"), at("2026-12-31T00:00:00Z"))
  const found = await service.FindAppointments(WellKnownFolderName.Calendar, view)
  expect(found.Items.map(({ Subject, Start }) => `${Start.ToISOString().slice(0, 10)} ${Subject}`)).toEqual([
    "2026-11-26 Stand-up, in the yard",
    "2026-12-01 Stand-up",
    "2026-12-03 Stand-up",
  ])
  const read = await Appointment.Bind(service, master.Id, whole())
  expect([read.ModifiedOccurrences.Count, read.DeletedOccurrences.Count]).toEqual([1, 1])
  expect(read.Recurrence).toBeInstanceOf(Recurrence.WeeklyPattern)
  expect(mary.calendar.live()[0]?.details.rule).toContain("FREQ=WEEKLY")
})

test("what changed since a state is told, and no more", async () => {
  const service = clientOf(mary)
  const folder = new FolderId(WellKnownFolderName.Calendar)
  const sync = (state: string) =>
    service.SyncFolderItems(
      folder,
      new PropertySet(BasePropertySet.IdOnly),
      [],
      512,
      SyncFolderItemsScope.NormalItems,
      state,
    )
  const made = await newAppointment(service, "Review")
  const first = await sync("")
  expect([first.Count, first.MoreChangesAvailable]).toEqual([1, false])
  expect((await sync(first.SyncState)).Count).toBe(0)
  await made.Delete(DeleteMode.HardDelete, SendCancellationsMode.SendToNone)
  const last = await sync(first.SyncState)
  expect(last.GetEnumerator().map((change) => change.ItemId.UniqueId)).toEqual([made.Id.UniqueId])
})

test.each(["basic", "ntlm"] as const)("a streaming subscription tells of a change (%s)", async (way) => {
  const service = clientOf(mary, way)
  const folders = [new FolderId(WellKnownFolderName.Calendar)]
  const subscription = await service.SubscribeToStreamingNotifications(folders, EventType.Created, EventType.Modified)
  const connection = new StreamingSubscriptionConnection(service, 1)
  connection.AddSubscription(subscription)
  const told = new Promise<string>((resolve) => {
    connection.OnNotificationEvent.push((_: unknown, { Events: events }) => {
      const [event] = events
      resolve(event !== undefined && "ItemId" in event && event.ItemId instanceof ItemId ? event.ItemId.UniqueId : "")
    })
  })
  const opened = connection.Open()
  await expect.poll(() => simulator.exchange.streams.count()).toBe(1)
  const made = await newAppointment(clientOf(mary), "Review")
  expect(await told).toBe(made.Id.UniqueId)
  connection.Close()
  await expect.poll(() => simulator.exchange.streams.count()).toBe(0)
  void opened
})

test("room lists and rooms are found", async () => {
  const service = clientOf(mary)
  const lists = await service.GetRoomLists()
  expect(lists.GetEnumerator().map(({ Address }) => Address)).toEqual(["rooms@northwind-works.example"])
  const rooms = await service.GetRooms(new EmailAddress("rooms@northwind-works.example"))
  expect(rooms.map(({ Name, Address }) => [Name, Address])).toEqual([["Room Draco", room.email]])
})

test("names are resolved, and free and busy times are told", async () => {
  const service = clientOf(mary)
  await newAppointment(service, "Review")
  const names = await service.ResolveName("draco")
  expect(names.GetEnumerator().map(({ Mailbox: mailbox }) => mailbox.Address)).toEqual([room.email])
  const window = new TimeWindow(at("2026-11-24T00:00:00Z"), at("2026-11-25T00:00:00Z"))
  const answer = await service.GetUserAvailability([new AttendeeInfo(mary.email)], window, AvailabilityData.FreeBusy)
  const [first] = answer.AttendeesAvailability.Responses
  expect(first?.CalendarEvents.map(({ StartTime }) => StartTime.ToISOString())).toEqual(["2026-11-24T09:00:00.000Z"])
})

test("a service account acts as those in its scope alone", async () => {
  const grace = simulator.org.addPerson(simulator.tenants.exchange, "Grace", "grace@northwind-works.example")
  simulator.exchange.directory.addServiceAccount("svc-kalends", "simulated", (person) => person === mary)
  const service = new ExchangeService(ExchangeVersion.Exchange2016, TimeZoneInfo.Utc)
  service.Url = new Uri(simulator.baseUrls.exchange)
  service.Credentials = new WebCredentials("svc-kalends@northwind-works.example", "simulated")
  service.ImpersonatedUserId = new ImpersonatedUserId(ConnectingIdType.SmtpAddress, mary.email)
  await newAppointment(service, "Review")
  expect(mary.calendar.live().map(({ details }) => details.subject)).toEqual(["Review"])
  service.ImpersonatedUserId = new ImpersonatedUserId(ConnectingIdType.SmtpAddress, grace.email)
  await expect(subjectsIn(service)).rejects.toThrow(/permission to impersonate/)
})

test("a delegate with permission reads the owner's calendar", async () => {
  const grace = simulator.org.addPerson(simulator.tenants.exchange, "Grace", "grace@northwind-works.example")
  await newAppointment(clientOf(mary), "Review")
  const folder = new FolderId(WellKnownFolderName.Calendar, new Mailbox(mary.email))
  await expect(clientOf(grace).FindAppointments(folder, november())).rejects.toThrow(/could not be found/)
  simulator.exchange.directory.permit(mary, grace, "Reviewer")
  expect((await clientOf(grace).FindAppointments(folder, november())).TotalCount).toBe(1)
})

test("Autodiscover tells where the calendar is", async () => {
  const { email, password } = simulator.exchange.credentialsOf(mary)
  const service = new AutodiscoverService(
    new Uri(simulator.baseUrls.exchangeAutodiscover),
    ExchangeVersion.Exchange2013,
  )
  service.Credentials = new WebCredentials(email, password)
  const answer = await service.GetUserSettings(email, [
    UserSettingName.ExternalEwsUrl,
    UserSettingName.GroupingInformation,
  ])
  expect(
    [UserSettingName.ExternalEwsUrl, UserSettingName.GroupingInformation].map((name) => answer.Settings.get(name)),
  ).toEqual([simulator.baseUrls.exchange, "EX01"])
})
