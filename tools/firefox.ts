/**
 * Debian's Firefox without a window, for the test of the browser extension there: driven over WebDriver BiDi, which it speaks
 * itself, with the few commands that are needed. playwright-core drives a Firefox of its own only, which loads no extensions.
 */
import { spawn } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { requireProgram } from "./optional-server.ts"
import { environmentWith, pause, stopChild } from "./platform.ts"

/** This machine alone is reached, whatever a page or the browser itself asks for. */
const preferences = {
  ...{ "network.proxy.type": 1, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9 },
  ...{ "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9 },
  "services.settings.server": "data:,",
  "app.normandy.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  // Nothing is drawn that no test looks at.
  ...{
    "browser.startup.homepage": "about:blank",
    "browser.newtabpage.enabled": false,
    "browser.newtab.preload": false,
  },
  ...{ "browser.aboutwelcome.enabled": false, "dom.ipc.processPrelaunch.enabled": false },
}

export type FirefoxPage = {
  /** What a script of the page comes to: texts, numbers, booleans. */
  evaluate(script: string): Promise<unknown>
  /** Waits until the script comes to true; the test's own limit bounds it. */
  until(script: string): Promise<void>
  /** A person's click on the element that the script comes to. */
  click(script: string): Promise<void>
}

/** A running Firefox in which every https page is this one. */
export async function launchFirefox(html: string) {
  const profile = await mkdtemp(join(tmpdir(), "kalends-firefox-"))
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  )
  await writeFile(join(profile, "user.js"), `${lines.join("\n")}\n`)
  const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
  const child = spawn(requireProgram("firefox-esr"), args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: environmentWith({ HOME: profile, TZ: "Europe/Berlin", LANG: "en_GB.UTF-8" }),
  })
  const close = async () => {
    await stopChild(child)
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  const url = await new Promise<string | null>((resolve) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once("exit", () => resolve(null))
  })
  if (url === null) throw new Error("Firefox ended before it was ready.")
  const call = await openLink(`${url}/session`, html).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return {
    /** Puts an extension in for as long as the browser runs; its id. Throws where its manifest is no good. */
    install: async (path: string) =>
      (await call("webExtension.install", { extensionData: { type: "archivePath", path } })).extension,
    async open(address: string): Promise<FirefoxPage> {
      const { context = "" } = await call("browsingContext.create", { type: "tab" })
      await call("browsingContext.navigate", { context, url: address, wait: "complete" })
      return pageIn(call, context)
    },
    /** The page at such an address that something opens; the test's own limit bounds the wait. */
    async opened(isIt: (address: string) => boolean): Promise<FirefoxPage> {
      for (;;) {
        const { contexts = [] } = await call("browsingContext.getTree", {})
        const found = contexts.find((one) => isIt(one.url))
        if (found !== undefined) return pageIn(call, found.context)
        await pause(50)
      }
    },
    close,
  }
}

/** What the browser answers, as far as it is looked at. */
type Result = {
  readonly context?: string
  readonly contexts?: readonly { readonly context: string; readonly url: string }[]
  readonly extension?: string
  readonly result?: { readonly value?: unknown; readonly sharedId?: string }
  readonly exceptionDetails?: { readonly text: string }
}
type Message = {
  readonly id?: number
  readonly error?: string
  readonly message?: string
  readonly result?: Result
  readonly params?: { readonly isBlocked?: boolean; readonly request?: { readonly request: string } }
}
type Call = (method: string, params: object) => Promise<Result>

/** The link to the browser; each request that it holds back is answered with the page. */
async function openLink(url: string, html: string): Promise<Call> {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  const waiting = new Map<number, (message: Message) => void>()
  const page = {
    ...{ statusCode: 200, reasonPhrase: "OK", body: { type: "string", value: html } },
    headers: [{ name: "content-type", value: { type: "string", value: "text/html; charset=utf-8" } }],
  }
  let last = 0
  const call: Call = async (method, params) => {
    const id = ++last
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve))
    socket.send(JSON.stringify({ id, method, params }))
    const { error, message, result } = await answer
    waiting.delete(id)
    if (error !== undefined) throw new Error(`${method}: ${error}: ${message}`)
    return result ?? {}
  }
  socket.onmessage = ({ data }) => {
    const message: Message = JSON.parse(String(data))
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    else if (message.params?.isBlocked === true)
      void call("network.provideResponse", { request: message.params.request?.request, ...page })
  }
  await call("session.new", { capabilities: {} })
  await call("session.subscribe", { events: ["network.beforeRequestSent"] })
  const urlPatterns = [{ type: "pattern", protocol: "https" }]
  await call("network.addIntercept", { phases: ["beforeRequestSent"], urlPatterns })
  return call
}

function pageIn(call: Call, context: string): FirefoxPage {
  async function run(expression: string) {
    const params = { expression, target: { context }, awaitPromise: true }
    const { result, exceptionDetails } = await call("script.evaluate", params)
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text)
    return result
  }
  const evaluate = async (script: string) => (await run(script))?.value
  return {
    evaluate,
    async until(script) {
      while ((await evaluate(script)) !== true) await pause(50)
    },
    async click(script) {
      const element = { sharedId: (await run(script))?.sharedId }
      const actions = [
        { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element } },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ]
      await call("browsingContext.activate", { context })
      await call("input.performActions", { context, actions: [{ type: "pointer", id: "mouse", actions }] })
    },
  }
}
