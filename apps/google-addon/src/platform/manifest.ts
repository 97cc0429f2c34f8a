import { globalFunctions } from "../global-functions.ts"
import { solutionId } from "./builders.ts"

export type Deployment = {
  /** The address of the service, without a path: "https://calendar.example.org". */
  readonly serviceUrl: string
  /** What people see in Google Calendar. */
  readonly name: string
  /**
   * A square picture. Beside a conference Google Calendar shows only pictures that lie at Google: it is the address that the
   * Marketplace SDK gives the store listing's icon of 32 by 32 (developers.google.com, "Provide conference solution logos", seen
   * 2026-11-30).
   */
  readonly logoUrl: string
  /** Whether it may add meetings to events by itself, which takes one scope more. */
  readonly addsByItself: boolean
}

/** The least that the add-on runs with, and why. */
export const scopes = {
  "https://www.googleapis.com/auth/calendar.addons.execute": "to be there in Google Calendar at all",
  "https://www.googleapis.com/auth/calendar.addons.current.event.write":
    "to put the conference into the event that is open; it gives neither description nor attendees",
  "https://www.googleapis.com/auth/calendar.readonly":
    "to read title and time of events, and to be told of changes: Google asks for it for the trigger",
  "https://www.googleapis.com/auth/script.external_request":
    "to ask the service, and no other address (urlFetchWhitelist)",
  "https://www.googleapis.com/auth/script.scriptapp": "to make the trigger that tells of changes",
  "https://www.googleapis.com/auth/script.locale": "to speak the person's language and know their time zone",
} as const

/** What it takes to add meetings without being pressed: Google lets nobody set a conference then, but the location. */
export const scopeByItself = {
  "https://www.googleapis.com/auth/calendar.events.owned":
    "to write the join link into the location of an event that its person has saved; for the form that adds meetings by itself",
} as const

/** appsscript.json of a deployment. Nothing is logged at Google (exceptionLogging): an error may name an event. */
export function manifestOf({ serviceUrl, name, logoUrl, addsByItself }: Deployment) {
  return {
    timeZone: "Etc/UTC",
    runtimeVersion: "V8",
    exceptionLogging: "NONE",
    dependencies: { enabledAdvancedServices: [{ userSymbol: "Calendar", serviceId: "calendar", version: "v3" }] },
    oauthScopes: [...Object.keys(scopes), ...(addsByItself ? Object.keys(scopeByItself) : [])],
    urlFetchWhitelist: [`${serviceUrl}/`],
    addOns: {
      common: {
        ...{ name, logoUrl, useLocaleFromApp: true, homepageTrigger: { runFunction: globalFunctions.home } },
        // What is deployed opens no link that is not named here ("Allowlist URLs", seen 2026-11-30).
        openLinkUrlPrefixes: [`${serviceUrl}/`],
      },
      calendar: {
        currentEventAccess: "WRITE",
        eventOpenTrigger: { runFunction: globalFunctions.event },
        createSettingsUrlFunction: globalFunctions.settings,
        conferenceSolution: [{ id: solutionId, name, logoUrl, onCreateFunction: globalFunctions.conference }],
      },
    },
  }
}

/** Throws where an add-on cannot be made for this address. */
export function parseServiceUrl(text: string): string {
  const url = new URL(text)
  if (url.protocol !== "https:")
    throw new Error("Google's servers ask the service over HTTPS: give an https:// address.")
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") throw new Error("Give the address without a path.")
  return url.origin
}
