import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { addContact, type SimContacts } from "@kalends/simulator/contacts"
import type { Person, Service } from "@kalends/simulator/org"
import type { Simulator } from "@kalends/simulator/simulator"
import { systemClock } from "../platform/clock.ts"
import { createHttpClient } from "../platform/http-client.ts"
import { createOAuthClient } from "../platform/oauth-client.ts"
import { systemRandom } from "../platform/random.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { ContactsWorld, World } from "../providers/conformance/world.ts"
import type { ProviderDeps } from "../providers/provider-deps.ts"
import { startPushReceiver } from "./push-receiver.ts"
import { handOf } from "./simulated-hand.ts"

export type SimulatedWorldOptions = {
  readonly simulator: Simulator
  readonly service: "microsoft" | "google"
  readonly create: (deps: ProviderDeps) => CalendarProvider
  readonly writeScopes: readonly string[]
  readonly eventsForTwoPages: number
  /** The calendar is opened by a service account that it is shared with, whom nobody tells of changes. */
  readonly isShared?: boolean
}

let count = 0

const contactScopes = {
  microsoft: { calendar: "Calendars.ReadWrite", none: "", read: "Contacts.Read", "read-write": "Contacts.ReadWrite" },
  google: {
    calendar: "https://www.googleapis.com/auth/calendar",
    none: "",
    read: "https://www.googleapis.com/auth/contacts.readonly",
    "read-write": "https://www.googleapis.com/auth/contacts",
  },
} as const

/** The person's address book, with a token of exactly what is wanted. */
function contactsOf(simulator: Simulator, service: "microsoft" | "google", person: Person): ContactsWorld {
  const { calendar, ...scopes } = contactScopes[service]
  const grants = simulator.grants[service]
  return {
    ...bookHand(person.contacts, service),
    access: async (wanted) => {
      const scope = `${wanted.calendar ? calendar : ""} ${scopes[wanted.contacts]}`.trim()
      const token = grants.newAccessToken(grants.newGrant(person, scope))
      return { kind: "bearer", token, expiresAt: systemClock.now().add({ hours: 1 }) }
    },
    hasScopes: true,
  }
}

/** Another client of an address book. */
export function bookHand(book: SimContacts, service: Service): Omit<ContactsWorld, "access" | "hasScopes"> {
  const found = (id: string) => {
    const contact = book.contacts.get(id)
    if (contact === undefined) throw new Error("no such contact")
    return contact
  }
  return {
    add: async (familyName, notes) => addContact(book, service, { givenName: "Some", familyName, notes }).id,
    change: async (id, organisation) => void book.update(found(id), { organisation }),
    remove: async (id) => book.remove(found(id)),
    loseCursors: async () => book.loseCursors(),
    kept: (id) => JSON.stringify(found(id).details),
    malform: async (id) => {
      found(id).isMalformed = true
      book.update(found(id), {})
    },
  }
}

/** One person's empty calendar in the simulator, with everything that surrounds it. */
export async function simulatedWorld(options: SimulatedWorldOptions): Promise<World> {
  const { simulator, service } = options
  const person = simulator.org.addPerson(
    simulator.tenants[service],
    "Ada",
    `ada${++count}@${simulator.tenants[service].domain}`,
  )
  const knobs = simulator.knobs(service)
  const http = createHttpClient({ allowedPrivateHosts: [] })
  const provider = options.create({
    http,
    clock: systemClock,
    random: systemRandom,
    oauth: createOAuthClient({ http, clock: systemClock }),
  })
  if (provider.signIn.kind !== "oauth") throw new Error("OAuth is expected")
  const { signIn } = provider
  if (provider.push === null) throw new Error("push is expected")
  const receiver = await startPushReceiver(provider.push)
  const consent = async (authorizeUrl: URL, answer: "agree" | "withhold") => {
    authorizeUrl.searchParams.set("login_hint", person.email)
    knobs.approvesAll = true
    knobs.withholdsCalendar = answer === "withhold"
    const back = await fetch(authorizeUrl, { redirect: "manual" })
    knobs.withholdsCalendar = false
    return new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? ""
  }
  const scope =
    service === "google"
      ? "https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.calendarlist.readonly"
      : "Calendars.ReadWrite"
  const grants = simulator.grants[service]
  const account = options.isShared === true ? addServiceAccount(simulator, person) : null
  const access = async (): Promise<Access> => ({
    kind: "bearer",
    token: grants.newAccessToken(
      account === null ? grants.newGrant(person, scope) : grants.newGrant(account, "Calendars.ReadWrite.Shared"),
    ),
    expiresAt: systemClock.now().add({ hours: 1 }),
    ...(account === null ? {} : { mailbox: person.email, isDelegate: true }),
  })
  const now = systemClock.now()
  return {
    provider,
    calendarId: parseProviderCalendarId(person.calendar.id),
    access,
    now: () => systemClock.now(),
    window: timeWindow(now.subtract({ hours: 24 * 180 }), now.add({ hours: 24 * 540 })),
    eventsForTwoPages: options.eventsForTwoPages,
    hand: handOf(person.calendar),
    faults: {
      loseCursors: async () => person.calendar.loseCursors(),
      cutAfterPages: async (pages) => {
        knobs.cutAfter = pages
        knobs.cutNext = 1
      },
      throttle: async (seconds, isSilent) => {
        knobs.throttleNext = 1
        knobs.throttleRetryAfterSeconds = isSilent ? null : seconds
      },
      malform: async (id) => {
        const event = person.calendar.events.get(id)
        if (event === undefined) throw new Error("no such event")
        event.isMalformed = true
        person.calendar.update(event, {})
      },
      revokeGrant: async () =>
        [person, ...(account === null ? [] : [account])].forEach(({ email }) => grants.revoke(email)),
      dropPushes: async () => {
        knobs.dropPushes = 1
      },
      doublePushes: async () => {
        knobs.doublePushes = 1
      },
    },
    signIn: { kind: "oauth", signIn, consent, writeScopes: options.writeScopes },
    contacts: contactsOf(simulator, service, person),
    listen: null,
    push: account === null ? pushOf() : null,
    createInUnknownZone: null,
    hasFloatingEvents: false,
    close: async () => {
      await receiver.close()
      await http.close()
    },
  }

  function pushOf(): World["push"] {
    return {
      hookUrl: receiver.hookUrl,
      arrived: async () => {
        await simulator.deliverPushes()
        return receiver.take()
      },
    }
  }
}

/** An account of the person's organisation, with Full Access to their mailbox. */
export function addServiceAccount(simulator: Simulator, ...mailboxes: readonly Person[]): Person {
  const { microsoft } = simulator.tenants
  const account = simulator.org.addPerson(microsoft, "Service account", `svc${++count}@${microsoft.domain}`)
  for (const mailbox of mailboxes) simulator.org.giveFullAccess(mailbox, account)
  return account
}
