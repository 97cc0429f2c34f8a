import { parseProviderCalendarId, parseProviderName } from "@kalends/domain/ids"
import { ewsContacts } from "@kalends/readers/ews/contacts"
import { eventShape } from "@kalends/readers/ews/get-item"
import { ewsEvent } from "@kalends/readers/ews/to-domain"
import { ewsReader } from "@kalends/readers/ews/window"
import { readWindow } from "@kalends/readers/read-window"
import type { CalendarProvider, ProviderLimits } from "../../ports/calendar-provider.ts"
import type { ProviderDeps } from "../provider-deps.ts"
import { passwordOf, senderFor } from "./calls/ask.ts"
import { changesMost } from "./calls/sync-folder-items.ts"
import { createEwsCalls } from "./calls.ts"
import { ewsChanges } from "./changes.ts"
import { createEwsDiscovery } from "./discovery.ts"
import { createEwsEvents } from "./events.ts"
import { createEwsIdentities } from "./identities.ts"
import { createEwsStreams } from "./listen.ts"
import { ewsProxy } from "./proxy.ts"
import { createEwsRooms } from "./rooms.ts"
import { createEwsTenant, readSecret } from "./tenant.ts"

export const limits: ProviderLimits = {
  pageSize: changesMost,
  subscriptionLifeMs: null,
  isCursorBoundToWindow: false,
  // EWS throttles by account; ten calls at once are its policy's default (EwsMaxConcurrency 27 is shared with Outlook).
  concurrentCallsPerMailbox: 4,
  hidesSeriesOfRemoved: false,
  areOccurrencesItems: true,
  isReachableFromBrowser: false,
  refreshTokenIdleLifeMs: null,
}

/** Exchange Server through Exchange Web Services, with user name and password. */
export function createEwsProvider({ http, clock }: ProviderDeps): CalendarProvider {
  const calls = createEwsCalls({ http, clock })
  return {
    name: parseProviderName("ews"),
    limits,
    signIn: createEwsDiscovery(calls),
    reader: ewsReader,
    apiBase: (access) => passwordOf(access).server,
    async listCalendars(access, signal) {
      const target = { access, signal }
      const own = await calls.getCalendarFolder(target)
      // A delegate sees the calendar that was opened to it, and no list of folders.
      const all = passwordOf(access).isDelegate === true ? [] : await calls.findCalendarFolders(target)
      const others = all.filter(({ id }) => id !== own?.id).map((folder) => ({ ...folder, isPrimary: false }))
      const folders = own === null ? others : [{ ...own, isPrimary: true }, ...others]
      return folders.map(({ id, ...rest }) => ({ id: parseProviderCalendarId(id), ...rest }))
    },
    changes: (input) => ewsChanges(calls, input),
    readWindow: (input) =>
      readWindow({
        reader: ewsReader,
        query: { ...input, apiBase: passwordOf(input.access).server },
        send: senderFor(http, input.access),
        now: () => clock.now(),
        signal: input.signal,
      }),
    async fetchEvent({ access, eventId, signal }) {
      const item = await calls.getItem({ access, signal }, { kind: "item", id: eventId }, eventShape)
      return item === null ? null : ewsEvent(item)
    },
    contacts: { reader: ewsContacts, apiBase: (access) => passwordOf(access).server },
    push: null,
    events: createEwsEvents(calls),
    listen: createEwsStreams(calls, clock),
    proxy: ewsProxy,
    identities: createEwsIdentities(calls),
    tenant: createEwsTenant(calls, clock),
    rooms: createEwsRooms(calls, readSecret),
    detectPush: null,
  }
}
