import type { Card, CardAnswer, Widget } from "../cards.ts"
import { meetingParameter } from "../event-face.ts"
import type { Builders, Conference } from "../services.ts"
import type { AppsScript, Fluent } from "./google-services.ts"

/** The id of the conference solution, as the manifest names it. Once it is in people's events it has to stay. */
export const solutionId = "kalends"

/** Google's builders, filled with what the add-on means. */
export function appsScriptBuilders({ ConferenceDataService: data, CardService: cards }: AppsScript): Builders {
  const made = (name: string): Fluent => {
    const begin = cards[name]
    if (begin === undefined) throw new Error(`CardService has no ${name}.`)
    return begin()
  }

  function conference(conference: Conference): unknown {
    const builder = data.newConferenceDataBuilder()
    if (conference.kind !== "made") return call(builder, "setError", errorOf(conference)).build?.()
    const { conferenceId, joinUrl, notes } = conference
    const entry = call(call(data.newEntryPoint(), "setEntryPointType", data.EntryPointType.VIDEO), "setUri", joinUrl)
    const parameter = call(call(data.newConferenceParameter(), "setKey", meetingParameter), "setValue", conferenceId)
    call(call(builder, "setConferenceId", conferenceId), "setConferenceSolutionId", solutionId)
    call(call(builder, "addEntryPoint", entry), "addConferenceParameter", parameter)
    if (notes !== "") call(builder, "setNotes", notes)
    return builder.build?.()
  }

  function errorOf(conference: Exclude<Conference, { kind: "made" }>): Fluent {
    const types = data.ConferenceErrorType
    const error = data.newConferenceError()
    if (conference.kind === "failed")
      return call(
        ...([error, "setConferenceErrorType"] as const),
        conference.reason === "not-allowed" ? types.PERMISSION_DENIED : types.TEMPORARY,
      )
    call(error, "setConferenceErrorType", types.AUTHENTICATION)
    return call(error, "setAuthenticationUrl", conference.url)
  }

  function action(calls: string, parameters: Readonly<Record<string, string>> = {}): Fluent {
    const named = call(made("newAction"), "setFunctionName", calls)
    return Object.keys(parameters).length === 0 ? named : call(named, "setParameters", parameters)
  }

  function widget(one: Widget): Fluent {
    if (one.kind === "text") return call(made("newTextParagraph"), "setText", one.text)
    if (one.kind === "choice") {
      const input = call(made("newSelectionInput"), "setType", cards.SelectionInputType.DROPDOWN)
      call(call(input, "setFieldName", one.name), "setTitle", one.label)
      for (const { label, value, isChosen } of one.choices) call(input, "addItem", label, value, isChosen)
      return one.calls === undefined ? input : call(input, "setOnChangeAction", action(one.calls))
    }
    const button = call(made("newTextButton"), "setText", one.label)
    if (one.kind === "link") return call(button, "setOpenLink", call(made("newOpenLink"), "setUrl", one.url))
    return call(button, "setOnClickAction", action(one.calls, one.parameters))
  }

  function card({ title, widgets }: Card): unknown {
    const section = made("newCardSection")
    for (const one of widgets) call(section, "addWidget", widget(one))
    const header = call(made("newCardHeader"), "setTitle", title)
    return call(call(made("newCardBuilder"), "setHeader", header), "addSection", section).build?.()
  }

  function answer({ card: next, told, conference: given }: CardAnswer): unknown {
    if (given !== undefined)
      return call(made("newCalendarEventActionResponseBuilder"), "setConferenceData", conference(given)).build?.()
    const response = made("newActionResponseBuilder")
    if (told !== undefined) call(response, "setNotification", call(made("newNotification"), "setText", told))
    if (next !== undefined) call(response, "setNavigation", call(made("newNavigation"), "updateCard", card(next)))
    return response.build?.()
  }

  return { conference, card, answer }
}

/** Builders differ in their methods and are alike in how they chain; a name that one lacks is a mistake to be seen at once. */
function call(builder: Fluent, method: string, ...given: readonly unknown[]): Fluent {
  const set = builder[method]
  if (set === undefined) throw new Error(`This builder has no ${method}.`)
  return set.call(builder, ...given)
}
