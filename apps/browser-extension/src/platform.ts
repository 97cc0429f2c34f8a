import type { Answer, Desk, Request } from "./desk.ts"
import type { Asked, Told } from "./talk.ts"

type Area = {
  get(name: string): Promise<Readonly<Record<string, unknown>>>
  set(items: Readonly<Record<string, unknown>>): Promise<void>
  remove(name: string): Promise<void>
}

/** What the extension uses of its browser; Firefox's `browser` and Chrome's `chrome` are alike in it. */
export type Extension = {
  readonly storage: { readonly local: Area; readonly session: Area }
  readonly runtime: {
    sendMessage(message: unknown): Promise<unknown>
    readonly onMessage: {
      addListener(answer: (message: unknown, sender: unknown, reply: (told: unknown) => void) => boolean): void
    }
    openOptionsPage(): Promise<void>
  }
  readonly action: {
    readonly onClicked: { addListener(act: () => void): void }
    setBadgeText(badge: { readonly text: string }): Promise<void>
  }
  readonly permissions: { request(wanted: { readonly origins: readonly string[] }): Promise<boolean> }
}

declare const browser: Extension | undefined
declare const chrome: Extension | undefined

export function extension(): Extension {
  const found = typeof browser !== "undefined" ? browser : typeof chrome !== "undefined" ? chrome : undefined
  if (found === undefined) throw new Error("This runs in a browser's extension alone.")
  return found
}

/** "failed" where the background is gone, as after an update of the extension. */
export async function ask(asked: Asked): Promise<Told> {
  try {
    return parseTold(await extension().runtime.sendMessage(asked))
  } catch {
    return { kind: "failed" }
  }
}

function parseTold(told: unknown): Told {
  const isTold = (value: unknown): value is Told => typeof value === "object" && value !== null && "kind" in value
  return isTold(told) ? told : { kind: "failed" }
}

const sendSeconds = 20

/** What is kept is in memory and gone with the browser, unless its person wanted it to last. */
export function browserDesk({ storage: { local, session }, runtime, action }: Extension): Desk {
  const textIn = async (area: Area, name: string) => {
    const value = (await area.get(name))[name]
    return typeof value === "string" ? value : null
  }
  return {
    kept: {
      find: async (name) => (await textIn(session, name)) ?? (await textIn(local, name)),
      keep: (name, text, isLasting) => (isLasting ? local : session).set({ [name]: text }),
      async drop(name) {
        for (const area of [session, local]) await area.remove(name)
      },
    },
    send,
    openOptions: () => runtime.openOptionsPage(),
    mark: (isOn) => action.setBadgeText({ text: isOn ? "!" : "" }),
  }
}

async function send({ method, url, token, body }: Request): Promise<Answer> {
  const response = await fetch(url, {
    ...{ method, credentials: "omit", cache: "no-store", redirect: "error" },
    signal: AbortSignal.timeout(sendSeconds * 1_000),
    headers: {
      "x-kalends-request": "1",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const isJson = (response.headers.get("content-type") ?? "").includes("json")
  return { status: response.status, body: isJson ? await response.json() : null }
}

/** 32 random hexadecimal digits. */
export const newKey = () => crypto.randomUUID().replaceAll("-", "")

/** Once the page has done what it does on an event that it has just heard of. */
export const pageTurn = () => new Promise<void>((resolve) => setTimeout(resolve))

/** Calls back again and again, and whenever somebody comes back to the page, until the answer is called. */
export function repeatedly(delayMs: number, callback: () => void): () => void {
  const timer = setInterval(callback, delayMs)
  addEventListener("focus", callback)
  return () => {
    clearInterval(timer)
    removeEventListener("focus", callback)
  }
}

export const deviceName = () => `Browser extension, ${/Firefox/.test(navigator.userAgent) ? "Firefox" : "Chrome"}`
