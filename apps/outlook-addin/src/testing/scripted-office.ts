/** The event that a scripted Outlook has open, and what that Outlook can do. */
export type OfficeScript = {
  subject: string
  startMs: number
  timeZone: string
  location: string
  /** Null: no series; undefined: a client that does not know of series. */
  recurrence: unknown
  bodyType: "html" | "text"
  /** Highest version of the Mailbox set. */
  mailboxSet: string
  /** Other sets, by name. */
  sets: readonly string[]
  language: string
  /** Null: a client that does not say. */
  accountType: string | null
  /** The address of whose calendar it is, where it is somebody else's. */
  owner: string | null
  identityToken: string | null
  /** No notices, and a description that takes nothing. */
  isPhone: boolean
}

/** Outlook on iOS or Android, as far as its differences matter here. */
export const phoneScript = { isPhone: true, mailboxSet: "1.5", accountType: null } as const

export const plainScript: OfficeScript = {
  ...{ subject: "Observation", startMs: Date.UTC(2026, 11, 1, 19), timeZone: "W. Europe Standard Time" },
  ...{ location: "", recurrence: null, bodyType: "html", mailboxSet: "1.15", sets: [], language: "en-GB" },
  ...{ accountType: "office365", owner: null, identityToken: null, isPhone: false },
}

/**
 * Office's library with one event open, as data for `new OfficeMockObject`, or in a page as `window.Office`: it names
 * nothing from outside, so that it can be sent into a browser. `seen` has what was written, and each call by its name;
 * what the add-in must never call is there too, and says so.
 */
export function scriptedOffice(script: OfficeScript) {
  const seen = {
    calls: [] as string[],
    body: [] as string[],
    atSend: null as string | null,
    properties: {} as Record<string, unknown>,
    notices: [] as string[],
    handlers: {} as Record<string, (event: unknown) => void>,
    dialogs: [] as string[],
  }
  const done = (callback: (result: unknown) => void, value: unknown) => callback({ status: "succeeded", value })
  const refused = (callback: (result: unknown) => void, code: number) =>
    callback({ status: "failed", value: undefined, error: { code, message: "scripted" } })
  const reading = (name: string, value: () => unknown) => ({
    getAsync(callback: (result: unknown) => void) {
      seen.calls.push(`${name}.get`)
      done(callback, value())
    },
  })
  const never = (name: string) => () => {
    seen.calls.push(`forbidden: ${name}`)
    throw new Error(`the add-in reads ${name}`)
  }
  const writing =
    (where: (text: string | null) => void, name: string) =>
    (text: string | null, _options: unknown, callback: (result: unknown) => void) => {
      seen.calls.push(name)
      where(text)
      done(callback, undefined)
    }
  const minor = Number(script.mailboxSet.split(".")[1])
  const put = (text: string | null) => void seen.body.push(text ?? "")
  const unwilling = (_text: string | null, _options: unknown, callback: (result: unknown) => void) =>
    refused(callback, 5001)
  const body = () => ({
    getTypeAsync: (callback: (result: unknown) => void) => done(callback, script.bodyType),
    getAsync: never("the description"),
    prependAsync: script.isPhone ? unwilling : writing(put, "body.prepend"),
    setSelectedDataAsync: script.isPhone ? unwilling : writing(put, "body.setSelectedData"),
    ...(minor >= 13
      ? { prependOnSendAsync: writing((text) => void Object.assign(seen, { atSend: text }), "body.prependOnSend") }
      : {}),
  })
  const properties = {
    get: (name: string) => seen.properties[name],
    set: (name: string, value: unknown) => void Object.assign(seen.properties, { [name]: value }),
    remove: (name: string) => void delete seen.properties[name],
    saveAsync: (callback: (result: unknown) => void) => done(callback, undefined),
  }
  const notificationMessages = {
    replaceAsync(_key: string, message: { message: string }, callback: (result: unknown) => void) {
      seen.notices.push(message.message)
      done(callback, undefined)
    },
  }
  const item = () => ({
    subject: reading("subject", () => script.subject),
    start: reading("start", () => new Date(script.startMs)),
    location: {
      ...reading("location", () => script.location),
      setAsync(text: string, callback: (result: unknown) => void) {
        seen.calls.push("location.set")
        script.location = text
        done(callback, undefined)
      },
    },
    body: body(),
    requiredAttendees: { getAsync: never("who is invited") },
    optionalAttendees: { getAsync: never("who is invited") },
    organizer: { getAsync: never("the organizer") },
    ...(minor >= 7 ? { recurrence: reading("recurrence", () => script.recurrence) } : {}),
    ...(minor >= 8
      ? {
          getSharedPropertiesAsync: (callback: (result: unknown) => void) =>
            script.owner === null ? refused(callback, 9030) : done(callback, { owner: script.owner }),
        }
      : {}),
    loadCustomPropertiesAsync: (callback: (result: unknown) => void) => done(callback, properties),
    ...(script.isPhone ? {} : { notificationMessages }),
  })
  const context = () => ({
    displayLanguage: script.language,
    requirements: {
      isSetSupported: (name: string, version: string) =>
        name === "Mailbox" ? Number(version.split(".")[1]) <= minor : script.sets.includes(name),
    },
    mailbox: {
      item: item(),
      userProfile: {
        timeZone: script.timeZone,
        ...(script.accountType === null ? {} : { accountType: script.accountType }),
      },
      getUserIdentityTokenAsync: (callback: (result: unknown) => void) =>
        script.identityToken === null ? refused(callback, 9018) : done(callback, script.identityToken),
    },
    ui: {
      displayDialogAsync(address: string, _options: unknown, callback: (result: unknown) => void) {
        seen.dialogs.push(address)
        refused(callback, 12_007)
      },
    },
  })
  const office = {
    context: context(),
    actions: {
      associate: (name: string, handler: (event: unknown) => void) =>
        void Object.assign(seen.handlers, { [name]: handler }),
    },
    onReady: (callback: () => void) => callback(),
  }
  return { office, seen, script }
}
