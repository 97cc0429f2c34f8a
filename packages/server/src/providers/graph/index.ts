import { parseProviderCalendarId, parseProviderName } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { graphContacts } from "@kalends/readers/graph/contacts"
import { graphEvent, selectedFields } from "@kalends/readers/graph/to-domain"
import { graphReader } from "@kalends/readers/graph/window"
import { list, requireText } from "@kalends/readers/parse"
import { readWindow } from "@kalends/readers/read-window"
import type { CalendarProvider, ProviderLimits } from "../../ports/calendar-provider.ts"
import { type ProviderDeps, readEach, readOne, senderFor } from "../provider-deps.ts"
import { type GraphSettings, refreshTokenIdleDays } from "./auth.ts"
import { createGraphCalls } from "./calls.ts"
import { graphChanges } from "./changes.ts"
import { createGraphEvents } from "./events.ts"
import { createGraphIdentities } from "./identities.ts"
import { mailboxUrl } from "./mailbox.ts"
import { createGraphProxy } from "./proxy.ts"
import { createGraphPush, subscriptionMinutes } from "./push.ts"
import { createGraphSignIn } from "./sign-in.ts"
import { createGraphTenant } from "./tenant.ts"

export const limits: ProviderLimits = {
  pageSize: 500,
  subscriptionLifeMs: subscriptionMinutes * 60_000,
  isCursorBoundToWindow: true,
  concurrentCallsPerMailbox: 4,
  hidesSeriesOfRemoved: true,
  areOccurrencesItems: true,
  isReachableFromBrowser: true,
  refreshTokenIdleLifeMs: refreshTokenIdleDays * 86_400_000,
}

/** Microsoft 365 through Microsoft Graph. */
export function createGraphProvider(
  { http, clock, random, oauth }: ProviderDeps,
  settings: GraphSettings,
): CalendarProvider {
  const calls = createGraphCalls({ http, clock, apiUrl: settings.apiUrl })
  return {
    name: parseProviderName("graph"),
    limits,
    signIn: createGraphSignIn(settings, oauth, clock),
    reader: graphReader,
    apiBase: (access) => mailboxUrl(settings.apiUrl, access),
    async listCalendars(access, signal) {
      const value =
        access.isDelegate === true
          ? [await calls.getCalendar(access, signal)]
          : list((await calls.listCalendars(access, signal)).value)
      return readEach(value, (calendar) => ({
        id: parseProviderCalendarId(requireText(calendar.id, "id")),
        isPrimary: calendar.isDefaultCalendar === true,
        canWrite: calendar.canEdit === true,
      }))
    },
    changes: (input) => graphChanges(calls, settings.apiUrl, input),
    readWindow: (input) =>
      readWindow({
        reader: graphReader,
        query: { ...input, apiBase: mailboxUrl(settings.apiUrl, input.access) },
        send: senderFor(http, input.access),
        now: () => clock.now(),
        signal: input.signal,
      }),
    async fetchEvent({ access, eventId, signal }) {
      try {
        return readOne(await calls.getEvent(access, eventId, selectedFields, signal), graphEvent)
      } catch (error) {
        if (isProblem(error, "not-found")) return null
        throw error
      }
    },
    contacts: { reader: graphContacts, apiBase: () => settings.apiUrl },
    push: createGraphPush(calls, clock),
    events: createGraphEvents(calls, settings.apiUrl),
    listen: null,
    proxy: createGraphProxy(settings.apiUrl),
    identities: createGraphIdentities(calls),
    ...createGraphTenant({ http, clock, random, oauth }, settings),
    detectPush: null,
  }
}
