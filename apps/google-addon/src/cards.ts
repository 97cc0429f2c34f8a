import { portalOf } from "./conference.ts"
import { globalFunctions } from "./global-functions.ts"
import { type Messages, messages } from "./messages.ts"
import { parseSettings, type Settings } from "./parse.ts"
import { hostOf } from "./schedule.ts"
import type { Conference, Services } from "./services.ts"
import { ask, refusal, signedIn } from "./session.ts"

export type Choice = { readonly label: string; readonly value: string; readonly isChosen: boolean }

export type Widget =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "button"
      readonly label: string
      /** The global function that Google calls. */
      readonly calls: string
      readonly parameters?: Readonly<Record<string, string>>
    }
  | { readonly kind: "link"; readonly label: string; readonly url: string }
  | {
      readonly kind: "choice"
      readonly name: string
      readonly label: string
      readonly choices: readonly Choice[]
      readonly calls?: string
    }

/** A card as data; the shell turns it into what CardService makes. */
export type Card = { readonly title: string; readonly widgets: readonly Widget[] }

/** What pressing something leads to. */
export type CardAnswer = {
  readonly card?: Card
  readonly told?: string
  /** To be put into the event that is open. */
  readonly conference?: Extract<Conference, { kind: "made" }>
}

const text = (words: string): Widget => ({ kind: "text", text: words })
const button = (label: string, calls: string, parameters?: Readonly<Record<string, string>>): Widget => ({
  ...{ kind: "button", label, calls },
  ...(parameters === undefined ? {} : { parameters }),
})

export function signInCard(services: Services, code: string | null): Card {
  const words = messages(services.language)
  const title = words.signInTitle
  if (code === null)
    return { title, widgets: [text(words.signInText), button(words.begin, globalFunctions.beginSignIn)] }
  const link: Widget = { kind: "link", label: words.openPortal, url: portalOf(services) }
  return { title, widgets: [text(words.codeText(escaped(code))), link, button(words.typed, globalFunctions.codeTyped)] }
}

/** What the person sees beside their calendar while no event is open. */
export function homeCard(services: Services): Card {
  return withSettings(services, messages(services.language).homeTitle, (settings, words) => [
    text(words.signedInAs(escaped(settings.person.displayName), escaped(settings.person.email))),
    ...(settings.isOn ? choices(services, settings, words) : [text(words.off)]),
    { kind: "link", label: words.openPortal, url: portalOf(services) },
    button(words.signOut, globalFunctions.signOut),
  ])
}

/** What holds for new events, and for whom the person may schedule. */
function choices(services: Services, settings: Settings, words: Messages): readonly Widget[] {
  const { addsToEveryEvent, hosts } = settings
  const every = addsToEveryEvent
    ? [
        text(services.addsByItself ? words.everyOn : words.everyByHand),
        button(words.everyStop, globalFunctions.everyEvent),
      ]
    : [button(words.every, globalFunctions.everyEvent)]
  const names = hosts.map(({ displayName }) => escaped(displayName)).join(", ")
  return [
    templateChoice(settings, words, globalFunctions.templateChosen),
    ...every,
    ...(hosts.length === 0 ? [] : [text(words.mayScheduleFor(names))]),
  ]
}

export type OpenEvent = {
  readonly calendarId: string
  readonly eventId: string
  /** Whether Google says that the person may change the event's conference. */
  readonly canSetConference: boolean
  readonly meetingId: string | null
}

/** What the person sees beside an event that is open. */
export function eventCard(services: Services, { calendarId, meetingId, canSetConference }: OpenEvent): Card {
  const owner = hostOf(services, calendarId)
  return withSettings(services, messages(services.language).eventTitle, (settings, words) => {
    if (!settings.isOn) return [text(words.off)]
    if (meetingId !== null) return [text(words.has), button(words.remove, globalFunctions.removeMeeting, { meetingId })]
    if (!canSetConference) return [text(words.cannotAdd)]
    return [
      text(words.hasNone),
      ...hostChoice(settings, words, owner),
      templateChoice(settings, words),
      button(words.add, globalFunctions.addMeeting),
    ]
  })
}

function withSettings(
  services: Services,
  title: string,
  widgetsOf: (settings: Settings, words: Messages) => readonly Widget[],
): Card {
  const words = messages(services.language)
  try {
    const session = signedIn(services)
    if (session.kind !== "in") return signInCard(services, session.kind === "waiting" ? session.code : null)
    const answer = ask(services, "GET", "/v1/tools/settings")
    if (answer === null) return signInCard(services, null)
    if (answer.status !== 200) return { title, widgets: [text(refusal(answer, services))] }
    return { title, widgets: widgetsOf(parseSettings(answer.body), words) }
  } catch {
    return { title, widgets: [text(words.failed)] }
  }
}

/** Whose meeting it is to be: of whoever's calendar it is, unless another is chosen. Nothing where there is no choice. */
function hostChoice({ person, hosts }: Settings, words: Messages, owner: string | null): readonly Widget[] {
  if (owner === null && hosts.length === 0) return []
  const ownerName = hosts.find(({ email }) => email === owner)?.displayName ?? owner ?? ""
  const own = { label: words.myself(person.displayName), value: owner === null ? "" : person.email }
  const calendars = owner === null ? [] : [{ label: words.ownerOf(ownerName), value: "" }]
  const others = hosts.filter(({ email }) => email !== owner)
  const people = [...calendars, own, ...others.map(({ displayName, email }) => ({ label: displayName, value: email }))]
  const all = people.map((one) => ({ ...one, isChosen: one.value === "" }))
  return [{ kind: "choice", name: "host", label: words.host, choices: all }]
}

function templateChoice({ templates, templateId }: Settings, words: Messages, calls?: string): Widget {
  const own = { label: words.ownTemplate, value: "", isChosen: templateId === null }
  const named = templates.map((one) => ({
    ...{ label: one.name, value: one.templateId },
    isChosen: one.templateId === templateId,
  }))
  const choice = { kind: "choice", name: "templateId", label: words.template, choices: [own, ...named] } as const
  return calls === undefined ? choice : { ...choice, calls }
}

/** Texts of cards may hold some markup, so what others wrote may not. */
const escaped = (words: string) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
