import type { ToolDefaultsInput, ToolSettings } from "@kalends/protocol/tools"
import { chooseLanguage, listed, messages, refusalWords } from "./messages.ts"
import { ask, deviceName, extension, repeatedly } from "./platform.ts"
import { serviceUrl } from "./service.ts"
import type { Told, UnknownPage } from "./talk.ts"

const language = chooseLanguage(navigator.language)
const words = messages(language)

function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  text: string,
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  element.append(text, ...children)
  return element
}

const connection = document.createElement("section")
const defaults = document.createElement("section")
const notice = make("p", "")
notice.role = "status"
let stopAsking = () => {}

async function look(): Promise<void> {
  const told = await ask({ kind: "settings" })
  if (told.kind === "settings") return showSettings(told.settings)
  show(await ask({ kind: "state" }))
  if (told.kind === "failed" || told.kind === "refused") say(told)
}

function say(told: Told): void {
  if (told.kind === "refused") notice.textContent = refusalWords(words, told.code)
  else notice.textContent = told.kind === "failed" ? words.failed : ""
}

async function connect(isLasting: boolean): Promise<void> {
  // Granted with the extension; asked for again where somebody took it away, in the click itself, as browsers demand.
  const { protocol, hostname } = new URL(serviceUrl)
  const isGranted = await extension().permissions.request({ origins: [`${protocol}//${hostname}/*`] })
  if (!isGranted) {
    notice.textContent = words.noPermission
    return
  }
  const told = await ask({ kind: "begin", deviceName: deviceName(), isLasting })
  say(told)
  if (told.kind === "waiting") show(told)
}

function show(told: Told): void {
  stopAsking()
  defaults.replaceChildren()
  const heading = make("h2", words.connection)
  if (told.kind !== "waiting") {
    const lasting = document.createElement("input")
    lasting.type = "checkbox"
    const button = make("button", words.connect)
    button.addEventListener("click", () => connect(lasting.checked))
    const label = make("label", "", [lasting, document.createTextNode(words.lasting)])
    connection.replaceChildren(heading, make("p", words.notConnected), label, button)
    return
  }
  const link = make("a", words.openKalends)
  link.href = `${serviceUrl}/#tools`
  link.target = "_blank"
  const code = make("p", told.code)
  code.className = "code"
  connection.replaceChildren(heading, make("p", words.codeText), code, make("p", "", [link]))
  notice.textContent = words.codeWaiting
  stopAsking = repeatedly(told.pollSeconds * 1_000, async () => {
    const now = await ask({ kind: "state" })
    if (now.kind === "waiting" || now.kind === "failed") return
    stopAsking()
    notice.textContent = now.kind === "signed-out" ? words.codeOver : ""
    await look()
  })
}

function showSettings({ person, isOn, templates, defaults: chosen, mayScheduleFor }: ToolSettings): void {
  stopAsking()
  const button = make("button", words.signOut)
  button.className = "quiet"
  button.addEventListener("click", async () => show(await ask({ kind: "sign-out" })))
  const as = make("p", words.signedInAs(person.displayName, person.email))
  connection.replaceChildren(make("h2", words.connection), as, button)
  const heading = make("h2", words.whileWriting)
  if (!isOn) return defaults.replaceChildren(heading, make("p", words.off))
  const everyEvent = document.createElement("input")
  everyEvent.type = "checkbox"
  everyEvent.checked = chosen.addsToEveryEvent
  const everyLabel = make("label", "", [everyEvent, document.createTextNode(words.everyEvent)])
  const template = document.createElement("select")
  const none = chosen.templateId === null ? [new Option(words.noTemplate, "")] : []
  template.append(...none, ...templates.map(({ name, templateId }) => new Option(name, templateId)))
  template.value = chosen.templateId ?? ""
  const templateLabel = make("label", words.defaultTemplate, [template])
  const save = () =>
    saveDefaults({ addsToEveryEvent: everyEvent.checked, templateId: template.value === "" ? null : template.value })
  for (const field of [everyEvent, template]) field.addEventListener("change", save)
  const names = mayScheduleFor.map(({ displayName }) => displayName)
  defaults.replaceChildren(
    heading,
    everyLabel,
    make("p", words.everyEventText),
    ...(templates.length === 0 ? [] : [templateLabel]),
    ...(names.length === 0 ? [] : [make("p", words.mayFor(listed(names, language)))]),
  )
}

async function saveDefaults(input: ToolDefaultsInput): Promise<void> {
  const told = await ask({ kind: "save-defaults", defaults: input })
  if (told.kind === "done") notice.textContent = words.saved
  else say(told)
  if (told.kind === "signed-out") show(told)
}

function noteOf({ page, missing }: UnknownPage): HTMLElement {
  const fields = missing.map((name) => words.fields[name])
  const note = make("p", words.pageUnknown(page, listed(fields, language)))
  note.className = "note"
  return note
}

async function open(): Promise<void> {
  document.documentElement.lang = language
  document.title = words.optionsTitle
  const main = document.createElement("main")
  main.append(make("h1", words.optionsTitle), make("p", words.optionsText(new URL(serviceUrl).host)))
  document.body.append(main)
  const told = await ask({ kind: "take-note" })
  if (told.kind === "note" && told.note !== null) main.append(noteOf(told.note))
  main.append(connection, defaults, notice, make("p", words.privacy))
  await look()
}

void open()
