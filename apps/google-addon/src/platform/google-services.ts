// What the add-on uses of Apps Script, as far as its reference was seen (developers.google.com/apps-script/reference, in
// excerpts, 2026-11). Google's own types would declare names such as Calendar and Logger for the whole repository.

export type Fluent = { [method: string]: (...given: unknown[]) => Fluent }

export type AppsScript = {
  readonly UrlFetchApp: {
    fetch(
      url: string,
      options: Readonly<Record<string, unknown>>,
    ): { getResponseCode(): number; getContentText(): string }
  }
  readonly PropertiesService: {
    getUserProperties(): {
      getProperty(name: string): string | null
      setProperty(name: string, text: string): unknown
      deleteProperty(name: string): unknown
    }
  }
  readonly Utilities: { getUuid(): string; formatDate(date: Date, zone: string, format: string): string }
  readonly Session: { getActiveUserLocale(): string; getScriptTimeZone(): string }
  readonly ScriptApp: {
    getProjectTriggers(): { getHandlerFunction(): string; getTriggerSourceId(): string }[]
    newTrigger(name: string): { forUserCalendar(id: string): { onEventUpdated(): { create(): unknown } } }
  }
  readonly Calendar: {
    readonly Calendars: { get(calendarId: string): unknown }
    readonly Events: {
      patch(
        resource: unknown,
        calendarId: string,
        eventId: string,
        options: Readonly<Record<string, unknown>>,
        headers: Readonly<Record<string, string>>,
      ): unknown
      get(calendarId: string, eventId: string, options: Readonly<Record<string, unknown>>): unknown
      list(calendarId: string, options: Readonly<Record<string, unknown>>): unknown
    }
  }
  readonly ConferenceDataService: {
    readonly EntryPointType: { readonly VIDEO: unknown }
    readonly ConferenceErrorType: {
      readonly AUTHENTICATION: unknown
      readonly TEMPORARY: unknown
      readonly PERMISSION_DENIED: unknown
    }
    newConferenceDataBuilder(): Fluent
    newConferenceError(): Fluent
    newConferenceParameter(): Fluent
    newEntryPoint(): Fluent
  }
  readonly CardService: Readonly<Record<string, () => Fluent>> & {
    readonly SelectionInputType: { readonly DROPDOWN: unknown }
  }
}
