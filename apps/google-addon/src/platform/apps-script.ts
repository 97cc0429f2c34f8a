import type { Language } from "../messages.ts"
import {
  type Answer,
  type EventPage,
  type EventResource,
  eventFields,
  newEventFields,
  type Services,
} from "../services.ts"
import type { AppsScript } from "./google-services.ts"

/** What Google tells of where the person is, with every call. */
export type Told = { readonly locale?: string; readonly zone?: string }

export type Settings = {
  readonly serviceUrl: string
  /** The global function that Google calls when an event of a watched calendar changes. */
  readonly changed: string
  readonly addsByItself: boolean
}

/** Events from then on are looked at where no sync token is kept (Google's guide does the same): those that are over need nothing. */
const lookBackDays = 1

/** The services of Apps Script as the add-on knows them. */
export function appsScriptServices(
  script: AppsScript,
  { serviceUrl, changed, addsByItself }: Settings,
  told: Told = {},
): Services {
  const { Utilities, Session, ScriptApp } = script
  const properties = script.PropertiesService.getUserProperties()
  const onClock = (moment: string | null, zone: string) =>
    Utilities.formatDate(moment === null ? new Date() : new Date(moment), zone, "yyyy-MM-dd'T'HH:mm")
  return {
    ...{ serviceUrl, addsByItself },
    language: languageOf(told.locale ?? Session.getActiveUserLocale()),
    zone: told.zone ?? Session.getScriptTimeZone(),
    send: (method, path, options) => send(script, { method, url: serviceUrl + path, ...options }),
    kept: {
      find: (name) => properties.getProperty(name),
      keep: (name, text) => void properties.setProperty(name, text),
      drop: (name) => void properties.deleteProperty(name),
    },
    calendar: {
      findEvent: (calendarId, eventId) => findEvent(script, calendarId, eventId),
      changes: (calendarId, from) => changes(script, calendarId, { ...from, addsByItself }),
      ownId: () => ownId(script),
      putLocation: (calendarId, { id = "", etag = "" }, location) =>
        void script.Calendar.Events.patch({ location }, calendarId, id, { sendUpdates: "none" }, { "If-Match": etag }),
      watch(calendarId) {
        const isWatched = ScriptApp.getProjectTriggers().some(
          (trigger) => trigger.getHandlerFunction() === changed && trigger.getTriggerSourceId() === calendarId,
        )
        if (!isWatched) ScriptApp.newTrigger(changed).forUserCalendar(calendarId).onEventUpdated().create()
      },
    },
    newKey: () => Utilities.getUuid().replace(/-/g, "").toLowerCase(),
    onClock,
    isWithin: (moment, minutes) => Date.now() - Date.parse(moment) <= minutes * 60_000,
  }
}

const languageOf = (locale: string): Language => (/^ja\b/i.test(locale) ? "ja" : "en")

type Request = {
  readonly method: string
  readonly url: string
  readonly token: string | null
  readonly body?: unknown
}

function send({ UrlFetchApp }: AppsScript, { method, url, token, body }: Request): Answer {
  const headers = { "x-kalends-request": "1", ...(token === null ? {} : { Authorization: `Bearer ${token}` }) }
  const response = UrlFetchApp.fetch(url, {
    ...{ method: method.toLowerCase(), headers, muteHttpExceptions: true, followRedirects: false },
    ...(body === undefined ? {} : { contentType: "application/json", payload: JSON.stringify(body) }),
  })
  const text = response.getContentText()
  return { status: response.getResponseCode(), body: text.startsWith("{") ? (JSON.parse(text) as unknown) : null }
}

/** The advanced service throws for an event that is not there, which one that is still being written is. */
function findEvent({ Calendar }: AppsScript, calendarId: string, eventId: string): EventResource | null {
  try {
    return Calendar.Events.get(calendarId, eventId, { fields: eventFields }) as EventResource
  } catch {
    return null
  }
}

/** The address that "primary" stands for. */
function ownId({ Calendar }: AppsScript): string | null {
  try {
    return (Calendar.Calendars.get("primary") as { readonly id?: string }).id ?? null
  } catch {
    return null
  }
}

type From = {
  readonly syncToken: string | null
  readonly pageToken: string | null
  readonly addsByItself: boolean
}

function changes({ Calendar }: AppsScript, calendarId: string, from: From): EventPage | null {
  const { syncToken, pageToken } = from
  const begin = new Date(Date.now() - lookBackDays * 86_400_000).toISOString()
  try {
    return Calendar.Events.list(calendarId, {
      ...{
        maxResults: 250,
        fields: `items(${from.addsByItself ? newEventFields : eventFields}),nextPageToken,nextSyncToken`,
      },
      ...(syncToken === null ? { timeMin: begin } : { syncToken }),
      ...(pageToken === null ? {} : { pageToken }),
    }) as EventPage
  } catch (error) {
    // 410: "Sync token is no longer valid, a full sync is required." The words are all that the advanced service passes on.
    if (syncToken !== null && /sync token|410|full sync/i.test(String(error))) return null
    throw error
  }
}
