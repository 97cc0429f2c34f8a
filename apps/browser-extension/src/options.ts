import { chooseLanguage, messages } from "./messages.ts"
import { parseAddress } from "./parse.ts"
import { ask, deviceName, extension } from "./platform.ts"
import type { Told } from "./talk.ts"

const language = chooseLanguage(navigator.language)
const words = messages(language)
document.documentElement.lang = language
document.title = words.optionsTitle

const heading = document.createElement("h1")
heading.textContent = words.optionsTitle
const label = document.createElement("label")
const address = document.createElement("input")
address.type = "url"
address.placeholder = "https://calendar.example.org"
label.append(words.address, " ", address)
const status = document.createElement("p")
status.setAttribute("role", "status")
const [connect, look, signOut] = [words.connect, words.look, words.signOut].map((name) => {
  const button = document.createElement("button")
  button.textContent = name
  return button
})
document.body.append(
  heading,
  label,
  ...[connect, look, signOut].flatMap((button) => (button === undefined ? [] : [button])),
  status,
)

connect?.addEventListener("click", async () => {
  const serviceUrl = parseAddress(address.value)
  if (serviceUrl === null) return say(words.badAddress)
  // Asked for in the click itself, as browsers demand; this one address, and no other.
  const isGranted = (await extension().permissions?.request({ origins: [`${serviceUrl}/*`] })) ?? true
  if (!isGranted) return say(words.noPermission)
  show(await ask({ kind: "begin", serviceUrl, deviceName: deviceName() }))
})
look?.addEventListener("click", async () => show(await ask({ kind: "state" })))
signOut?.addEventListener("click", async () => show(await ask({ kind: "sign-out" })))
ask({ kind: "state" }).then(show)

function say(text: string): void {
  status.textContent = text
}

function show(told: Told): void {
  if (look !== undefined) look.hidden = told.kind !== "waiting"
  if (signOut !== undefined) signOut.hidden = told.kind !== "signed-in"
  if (told.kind === "waiting") say(words.code(told.code))
  else if (told.kind === "signed-in") say(words.signedIn(told.serviceUrl))
  else say(told.kind === "failed" ? words.failed : "")
}
