import { type Addon, createAddon } from "./addon.ts"
import { globalFunctions } from "./global-functions.ts"
import { appsScriptServices } from "./platform/apps-script.ts"
import { appsScriptBuilders } from "./platform/builders.ts"
import type { AppsScript } from "./platform/google-services.ts"
import type { Choice, Place } from "./schedule.ts"
import type { Builders } from "./services.ts"

/** What Google hands to the functions that it calls, as far as it is used. */
type Call = {
  readonly eventData?: { readonly calendarId?: string; readonly eventId?: string }
  readonly calendarId?: string
  readonly calendar?: {
    readonly calendarId?: string
    readonly id?: string
    readonly capabilities?: { readonly canSetConferenceData?: boolean }
  }
  readonly parameters?: Readonly<Record<string, string>>
  readonly userTimezone?: { readonly id?: string }
  readonly commonEventObject?: {
    readonly userLocale?: string
    readonly timeZone?: { readonly id?: string }
    readonly parameters?: Readonly<Record<string, string>>
    readonly formInputs?: Readonly<Record<string, { readonly stringInputs?: { readonly value?: readonly string[] } }>>
  }
}

/**
 * The functions that Google calls by their global names (global-functions.ts). The build puts one of each name in front of
 * this, for Apps Script finds no others.
 */
export function createFunctions(script: AppsScript, serviceUrl: string, addsByItself = false) {
  const { changed } = globalFunctions

  function run(given: Call, act: (addon: Addon, builders: Builders) => unknown): unknown {
    const { userLocale, timeZone } = given.commonEventObject ?? {}
    const zone = timeZone?.id ?? given.userTimezone?.id
    const told = {
      ...(userLocale === undefined ? {} : { locale: userLocale }),
      ...(zone === undefined ? {} : { zone }),
    }
    return act(
      createAddon(appsScriptServices(script, { serviceUrl, changed, addsByItself }, told)),
      appsScriptBuilders(script),
    )
  }

  return {
    onCreateConference: (given: Call) =>
      run(given, (addon, { conference }) => conference(addon.conference(placeOf(given.eventData ?? {})))),
    onCreateSettingsUrl: (given: Call = {}) => run(given, (addon) => addon.settingsUrl()),
    onEventsChanged: (given: Call) => run(given, (addon) => addon.changed(given.calendarId ?? "primary")),
    onHome: (given: Call) => run(given, (addon, { card }) => card(addon.home())),
    onEventOpen: (given: Call) =>
      run(given, (addon, { card }) =>
        card(addon.event(openPlace(given), given.calendar?.capabilities?.canSetConferenceData === true)),
      ),
    onBeginSignIn: (given: Call) => run(given, (addon, { answer }) => answer(addon.beginSignIn())),
    onCodeTyped: (given: Call) => run(given, (addon, { answer }) => answer(addon.codeTyped())),
    onSignOut: (given: Call) => run(given, (addon, { answer }) => answer(addon.signOut())),
    onTemplateChosen: (given: Call) =>
      run(given, (addon, { answer }) => answer(addon.templateChosen(chosen(given, "templateId")))),
    onEveryEvent: (given: Call) => run(given, (addon, { answer }) => answer(addon.everyEvent())),
    onAddMeeting: (given: Call) =>
      run(given, (addon, { answer }) => answer(addon.addMeeting(openPlace(given), choiceOf(given)))),
    onRemoveMeeting: (given: Call) =>
      run(given, (addon, { answer }) => answer(addon.removeMeeting(parametersOf(given).meetingId ?? ""))),
  }
}

const placeOf = ({ calendarId = "primary", eventId = "" }: NonNullable<Call["eventData"]>): Place => ({
  calendarId,
  eventId,
})

const openPlace = ({ calendar = {} }: Call): Place =>
  placeOf({
    ...(calendar.calendarId === undefined ? {} : { calendarId: calendar.calendarId }),
    ...(calendar.id === undefined ? {} : { eventId: calendar.id }),
  })

const parametersOf = ({ commonEventObject, parameters }: Call) => commonEventObject?.parameters ?? parameters ?? {}

const chosen = ({ commonEventObject }: Call, name: string): string =>
  commonEventObject?.formInputs?.[name]?.stringInputs?.value?.[0] ?? ""

const choiceOf = (given: Call): Choice => ({ templateId: chosen(given, "templateId"), host: chosen(given, "host") })
