import type { Answer, Desk, Request } from "./desk.ts"
import type { Asked, Told } from "./talk.ts"

type Area = {
  get(name: string): Promise<Readonly<Record<string, unknown>>>
  set(items: Readonly<Record<string, unknown>>): Promise<void>
  remove(name: string): Promise<void>
}

/** What the extension uses of its browser; Firefox's `browser` and Chrome's `chrome` are alike in it. */
export type Extension = {
  readonly storage: { readonly local: Area; readonly session?: Area }
  readonly runtime: {
    sendMessage(message: unknown): Promise<unknown>
    readonly onMessage: {
      addListener(answer: (message: unknown, sender: unknown, reply: (told: unknown) => void) => boolean): void
    }
  }
  readonly permissions?: { request(wanted: { readonly origins: readonly string[] }): Promise<boolean> }
}

declare const browser: Extension | undefined
declare const chrome: Extension | undefined

export function extension(): Extension {
  const found = typeof browser !== "undefined" ? browser : typeof chrome !== "undefined" ? chrome : undefined
  if (found === undefined) throw new Error("This runs in a browser's extension alone.")
  return found
}

export const ask = async (asked: Asked): Promise<Told> => parseTold(await extension().runtime.sendMessage(asked))

/** Answers come from our own background; none at all means that it was ended meanwhile. */
function parseTold(told: unknown): Told {
  const isTold = (value: unknown): value is Told => typeof value === "object" && value !== null && "kind" in value
  return isTold(told) ? told : { kind: "failed" }
}

const sendSeconds = 20

/** The token is in memory where the browser has a place for that; the service's address outlives it. */
export function browserDesk({ storage }: Extension): Desk {
  const areaOf = (name: string) => (name === "service" ? storage.local : (storage.session ?? storage.local))
  return {
    kept: {
      async find(name) {
        const value = (await areaOf(name).get(name))[name]
        return typeof value === "string" ? value : null
      },
      keep: (name, text) => areaOf(name).set({ [name]: text }),
      drop: (name) => areaOf(name).remove(name),
    },
    send,
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

export const deviceName = () => `Browser extension, ${/Firefox/.test(navigator.userAgent) ? "Firefox" : "Chrome"}`
