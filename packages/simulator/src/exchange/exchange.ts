import type { SimulatorContext } from "../context.ts"
import type { Person, SimEvent, Tenant } from "../org.ts"
import type { Route } from "../server.ts"
import { autodiscoverRoutes, type Redirect } from "./autodiscover.ts"
import { Directory, type RoomProcessing } from "./directory.ts"
import { ewsRoutes } from "./ews.ts"
import { createMailboxes } from "./mailboxes.ts"
import { createSignIn } from "./sign-in.ts"
import { createStreams } from "./streaming.ts"
import { createSubscriptionStore } from "./subscriptions.ts"
import type { World } from "./world.ts"

/** An Exchange server without an HTTP server: `routes` to serve, and all that tests do to it. */
export function createExchange(context: SimulatorContext, tenant: Tenant) {
  const directory = new Directory(context.org, tenant)
  const mailboxes = createMailboxes(context, directory)
  const settings = { zone: "Europe/Berlin" }
  const world: World = {
    platform: context.platform,
    directory,
    mailboxes,
    knobs: context.knobs(tenant.id),
    movedAway: new WeakSet<SimEvent>(),
    mailboxZone: () => settings.zone,
  }
  const signIn = createSignIn(context.platform, directory)
  const redirects = new Map<string, Redirect>()
  const subscriptions = createSubscriptionStore(world)
  const streams = createStreams(world)
  const count = (operation: string, person: string | null, status: number) =>
    context.calls.add({ service: "exchange", operation, person, status })
  const routes: readonly Route[] = [
    ...ewsRoutes({ world, signIn, store: subscriptions, streams, count }),
    ...autodiscoverRoutes({ knobs: world.knobs, directory, signIn, redirects, count }),
  ]
  return {
    routes,
    /** Accounts, service accounts, delegates and room lists. */
    directory,
    /** More calendars of a person: `addCalendar`. */
    mailboxes,
    /** IANA name of all mailboxes' zone; all-day items that came in another way begin at its midnight. */
    settings,
    /** What the server offers to sign in with (`Negotiate`, `NTLM`, `Basic`). */
    offers: signIn.offers,
    /** Where Autodiscover sends an address instead of answering. */
    redirects,
    subscriptions,
    /** `drop()` cuts all streams; `count()` of those that are open. */
    streams,
    /** How to sign in as somebody. */
    credentialsOf(person: Person) {
      const { userName, email, password } = directory.accountOf(person)
      return { login: `${directory.domain}\\${userName}`, email, password }
    },
    /** The password is still right, but no longer good; open connections have to sign in again. */
    expirePassword: (person: Person) => directory.change(directory.accountOf(person), { isPasswordExpired: true }),
    setPassword: (person: Person, password: string) =>
      directory.change(directory.accountOf(person), { password, isPasswordExpired: false }),
    /** What the room does with the subject and text of what it accepts. */
    setProcessing: (room: Person, processing: Partial<RoomProcessing>) =>
      void Object.assign(directory.processingOf(room), processing),
    /** The mailbox moves to another server: its subscriptions die, and calls with the old affinity go wrong. */
    moveMailbox(person: Person, server: string): void {
      directory.moveHome(person, server)
      subscriptions.expire(person)
    },
  }
}

export type Exchange = ReturnType<typeof createExchange>
