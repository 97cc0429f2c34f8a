import { parseProviderCalendarId, parseProviderName } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { googleContacts } from "@kalends/readers/google/contacts"
import { googleEvent } from "@kalends/readers/google/to-domain"
import { googleReader } from "@kalends/readers/google/window"
import { list, requireText } from "@kalends/readers/parse"
import { readWindow } from "@kalends/readers/read-window"
import type { CalendarProvider, ProviderLimits } from "../../ports/calendar-provider.ts"
import { type ProviderDeps, readEach, readOne, senderFor } from "../provider-deps.ts"
import { type GoogleSettings, refreshTokenIdleDays } from "./auth.ts"
import { createGoogleCalls } from "./calls.ts"
import { googleChanges } from "./changes.ts"
import { createGoogleEvents } from "./events.ts"
import { channelSeconds, createGooglePush } from "./push.ts"
import { createGoogleSignIn } from "./sign-in.ts"
import { createGoogleTenant } from "./tenant.ts"

export const limits: ProviderLimits = {
  pageSize: 2500,
  subscriptionLifeMs: channelSeconds * 1000,
  isCursorBoundToWindow: false,
  concurrentCallsPerMailbox: 4,
  hidesSeriesOfRemoved: false,
  areOccurrencesItems: true,
  isReachableFromBrowser: true,
  refreshTokenIdleLifeMs: refreshTokenIdleDays * 86_400_000,
}

/** Google Workspace and personal Google calendars. */
export function createGoogleProvider(
  { http, clock, random, oauth }: ProviderDeps,
  settings: GoogleSettings,
): CalendarProvider {
  const calls = createGoogleCalls({ http, clock, apiUrl: settings.apiUrl })
  return {
    name: parseProviderName("google"),
    limits,
    signIn: createGoogleSignIn(settings, oauth, clock),
    reader: googleReader,
    apiBase: () => settings.apiUrl,
    async listCalendars(access, signal) {
      if (access.mailbox !== undefined) {
        // A calendar that is shared with a service account is in no list of its own until it is put there.
        const { accessRole } = await calls.peekCalendar(access, access.mailbox, signal)
        return [{ id: parseProviderCalendarId(access.mailbox), isPrimary: true, canWrite: canWrite(accessRole) }]
      }
      const { items } = await calls.listCalendars(access, signal)
      return readEach(list(items), (calendar) => ({
        id: parseProviderCalendarId(requireText(calendar.id, "id")),
        isPrimary: calendar.primary === true,
        canWrite: canWrite(calendar.accessRole),
      }))
    },
    changes: (input) => googleChanges(calls, input),
    readWindow: (input) =>
      readWindow({
        reader: googleReader,
        query: { ...input, apiBase: settings.apiUrl },
        send: senderFor(http, input.access),
        now: () => clock.now(),
        signal: input.signal,
      }),
    async fetchEvent({ access, calendarId, eventId, signal }) {
      try {
        return readOne(await calls.getEvent(access, calendarId, eventId, signal), googleEvent)
      } catch (error) {
        if (isProblem(error, "not-found")) return null
        throw error
      }
    },
    contacts: { reader: googleContacts, apiBase: () => settings.peopleUrl },
    push: createGooglePush(calls),
    events: createGoogleEvents(calls),
    listen: null,
    proxy: null,
    identities: null,
    ...createGoogleTenant({ http, clock, random, oauth }, settings),
    detectPush: null,
  }
}

const canWrite = (role: unknown) => role === "owner" || role === "writer"
