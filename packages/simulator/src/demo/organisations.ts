import type { Simulator } from "../simulator.ts"
import { at, dayOf } from "./times.ts"

const scopes = [
  ...["calendar.calendarlist.readonly", "calendar.events", "calendar.events.readonly"],
  ...["admin.directory.user.readonly", "admin.directory.resource.calendar.readonly"],
].map((name) => `https://www.googleapis.com/auth/${name}`)
const password = "simulated-service-password"

/** What a service account for rooms is asked for when it signs in, and gets. */
const sharedScopes =
  "openid profile email offline_access Calendars.ReadWrite.Shared Calendars.Read.Shared Place.Read.All"
const standingToken = "simulated-rooms-refresh-token"

/** A room that is opened by a service account alone, which signed in elsewhere: its sign-in survives each start. */
function offerServiceAccount({ tenants, org, grants, organisations }: Simulator, now: Temporal.Instant): void {
  const { domain, id } = tenants.microsoft
  const account = org.addPerson(tenants.microsoft, "Rooms (service account)", `svc-rooms@${domain}`)
  const room = org.addRoom(tenants.microsoft, "Room Delphinus", `room-delphinus@${domain}`)
  org.giveFullAccess(room, account)
  const { today } = dayOf(now)
  for (const [subject, time, join] of [
    ["Observing plan", at(today.subtract({ days: 7 }), "10:00", 60), "https://zoom.us/j/98765432100?pwd=demo"],
    ["Data review", at(today.subtract({ days: 7 }), "15:30", 45), "https://meet.jit.si/NorthwindData"],
  ] as const)
    room.calendar.create({ subject, time, rule: "FREQ=DAILY", location: join })
  grants.microsoft.addStanding(account, sharedScopes, standingToken)
  organisations.push({
    service: "Microsoft 365",
    text: `Service account ${account.email} for Room Delphinus: it may also sign in, under Organisation, by "a service account that signs in"`,
    connect: {
      method: "service-sign-in",
      given: { tenant: id, username: account.email, refreshToken: standingToken },
      rooms: [room.email],
    },
    file: null,
  })
}

/** Lets the demo's organisations in as a whole: a service account at Exchange and at Google; Microsoft 365 asks for consent. */
export async function offerOrganisations(simulator: Simulator, now: Temporal.Instant): Promise<void> {
  const { tenants, organisations, exchange, serviceAccounts, org, baseUrls } = simulator
  exchange.directory.addServiceAccount("svc-kalends", password, () => true)
  // What was connected at an earlier start stays connected, though every start makes another key.
  const account = await serviceAccounts.add("kalends", scopes, { takesAnyKey: true })
  simulator.applications.registration(tenants.microsoft).isConsented = true
  offerServiceAccount(simulator, now)
  const [administrator] = org.signers("google")
  if (administrator === undefined) throw new Error("nobody is in the demo")
  serviceAccounts.administrators.add(administrator.email)
  organisations.push(
    {
      service: "Microsoft 365",
      text: `Consent first, in Kalends under Organisation; then method "this service's registration" with tenant ${tenants.microsoft.id}`,
      connect: { method: "registration", given: { tenant: tenants.microsoft.id } },
      file: null,
    },
    {
      service: "Google",
      connect: {
        method: "service-account",
        given: {
          ...{ keyFile: account.keyFile, domain: tenants.google.domain },
          ...{ mailbox: administrator.email, administrator: administrator.email },
        },
      },
      text: `Domain ${tenants.google.domain}, mailbox and administrator ${administrator.email}, and the key in this file:`,
      file: { name: "kalends-key.json", content: account.keyFile },
    },
    {
      service: "Exchange",
      connect: {
        method: "service-password",
        given: { server: baseUrls.exchange, username: "svc-kalends", password },
      },
      text: `Server ${baseUrls.exchange}, user name svc-kalends, password ${password}`,
      file: null,
    },
  )
}
