import type { AppsScript, Fluent } from "../platform/google-services.ts"

/** What was built, as data: each builder's name, and what was set. */
export type Built = { readonly made: string; readonly set: Readonly<Record<string, unknown>> }

/** The builders and their methods, as far as Google's reference was seen in excerpts (conference data, event responses) and as its cards are known; a name that is not here throws. */
const builders: Readonly<Record<string, readonly string[]>> = {
  newConferenceDataBuilder: [
    ...[
      "addConferenceParameter",
      "addEntryPoint",
      "setConferenceId",
      "setConferenceSolutionId",
      "setError",
      "setNotes",
    ],
  ],
  newConferenceError: ["setAuthenticationUrl", "setConferenceErrorType"],
  newConferenceParameter: ["setKey", "setValue"],
  newEntryPoint: ["setEntryPointType", "setUri", "setPin", "setAccessCode", "setMeetingCode", "setPassword"],
  newAction: ["setFunctionName", "setParameters", "setLoadIndicator"],
  newTextParagraph: ["setText"],
  newTextButton: ["setText", "setOnClickAction", "setOpenLink", "setDisabled"],
  newOpenLink: ["setUrl", "setOpenAs", "setOnClose"],
  newSelectionInput: ["setType", "setFieldName", "setTitle", "addItem", "setOnChangeAction"],
  newCardSection: ["addWidget", "setHeader", "setCollapsible"],
  newCardHeader: ["setTitle", "setSubtitle", "setImageUrl"],
  newCardBuilder: ["setHeader", "addSection", "setName", "addCardAction"],
  newNotification: ["setText"],
  newNavigation: ["updateCard", "pushCard", "popCard", "popToRoot"],
  newActionResponseBuilder: ["setNotification", "setNavigation", "setOpenLink", "setStateChanged"],
  newCalendarEventActionResponseBuilder: ["setConferenceData", "addAttendees", "addAttachments"],
}

function begin(name: string): Fluent {
  const set: Record<string, unknown> = {}
  const builder: Record<string, unknown> = {}
  for (const method of builders[name] ?? [])
    builder[method] = (...given: unknown[]) => {
      const value = given.length === 1 ? given[0] : given
      set[method] = method.startsWith("add") ? [...((set[method] as unknown[]) ?? []), value] : value
      return builder
    }
  // What Google's builders hold is not to be seen; here it is what the tests look at.
  const built: Built = { made: name, set }
  if (/Builder$/.test(name)) builder.build = () => built
  builder.toJSON = () => built
  return builder as Fluent
}

export type Outside = {
  readonly fetch: (url: string, options: Readonly<Record<string, unknown>>) => { status: number; text: string }
  /** The Calendar API's answers; throws what the advanced service throws. */
  readonly get: (calendarId: string, eventId: string, options: Readonly<Record<string, unknown>>) => unknown
  readonly list: (calendarId: string, options: Readonly<Record<string, unknown>>) => unknown
  /** The address of the person's own calendar. */
  readonly own: () => string
  readonly patch: AppsScript["Calendar"]["Events"]["patch"]
}

/** The services of Apps Script for one person, over whatever stands for the world outside. */
export function fakeGoogle(outside: Outside, now: () => string) {
  const properties = new Map<string, string>()
  const triggers: { readonly name: string; readonly calendarId: string }[] = []
  let keys = 0
  const made = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, () => begin(name)]))
  const script = {
    UrlFetchApp: {
      fetch(url, options) {
        const { status, text } = outside.fetch(url, options)
        return { getResponseCode: () => status, getContentText: () => text }
      },
    },
    PropertiesService: {
      getUserProperties: () => ({
        getProperty: (name) => properties.get(name) ?? null,
        setProperty(name, text) {
          if (text.length > 9_216) throw new Error("Argument too large: value")
          properties.set(name, text)
        },
        deleteProperty: (name) => properties.delete(name),
      }),
    },
    Utilities: {
      getUuid: () => `00000000-0000-4000-8000-${String(++keys).padStart(12, "0")}`,
      formatDate(date, zone) {
        const moment =
          Math.abs(date.getTime() - Temporal.Now.instant().epochMilliseconds) < 60_000 ? now() : date.toISOString()
        const clock = Temporal.Instant.from(moment).toZonedDateTimeISO(zone).toPlainDateTime()
        return clock.toString({ smallestUnit: "minute" })
      },
    },
    Session: { getActiveUserLocale: () => "en", getScriptTimeZone: () => "Etc/UTC" },
    ScriptApp: {
      getProjectTriggers: () =>
        triggers.map(({ name, calendarId }) => ({
          getHandlerFunction: () => name,
          getTriggerSourceId: () => calendarId,
        })),
      newTrigger: (name) => ({
        forUserCalendar: (calendarId) => ({
          onEventUpdated: () => ({ create: () => triggers.push({ name, calendarId }) }),
        }),
      }),
    },
    Calendar: {
      Calendars: { get: () => ({ id: outside.own() }) },
      Events: { get: outside.get, list: outside.list, patch: outside.patch },
    },
    ConferenceDataService: {
      EntryPointType: { VIDEO: "VIDEO" },
      ConferenceErrorType: {
        AUTHENTICATION: "AUTHENTICATION",
        TEMPORARY: "TEMPORARY",
        PERMISSION_DENIED: "PERMISSION_DENIED",
      },
      ...made(["newConferenceDataBuilder", "newConferenceError", "newConferenceParameter", "newEntryPoint"]),
    } as unknown as AppsScript["ConferenceDataService"],
    CardService: {
      SelectionInputType: { DROPDOWN: "DROPDOWN" },
      ...made(Object.keys(builders).filter((name) => !/Conference|EntryPoint/.test(name))),
    } as unknown as AppsScript["CardService"],
  } satisfies AppsScript
  return { script, properties, triggers }
}

/** What was built, without the builders around it. */
export const plain = (built: unknown): unknown => JSON.parse(JSON.stringify(built ?? null))
