import { problemSchema } from "@kalends/protocol/problem"
import { toolCodeSchema, toolCodeStateSchema, toolMeetingSchema, toolSettingsSchema } from "@kalends/protocol/tools"
import { parseNote } from "./parse.ts"
import { serviceUrl } from "./service.ts"
import type { Asked, Told } from "./talk.ts"

export type Answer = { readonly status: number; readonly body: unknown }
export type Request = {
  readonly method: string
  readonly url: string
  readonly token: string | null
  readonly body?: unknown
}

/** What the background needs of its browser. */
export interface Desk {
  /** Texts in memory, for as long as the browser runs; on disk those that are to last. */
  readonly kept: {
    find(name: string): Promise<string | null>
    keep(name: string, text: string, isLasting: boolean): Promise<void>
    drop(name: string): Promise<void>
  }
  /** Throws where the service cannot be reached. */
  send(request: Request): Promise<Answer>
  openOptions(): Promise<void>
  /** Whether the extension's button shows that there is something to read. */
  mark(isOn: boolean): Promise<void>
}

/** Answers what the pages ask. Throws nothing: what fails is told. */
export function createAnswers({ kept, send, openOptions, mark }: Desk): (asked: Asked) => Promise<Told> {
  const codeUrl = `${serviceUrl}/v1/tools/sessions/code`
  const meetingPath = (meetingId: string) => `/v1/tools/meetings/${encodeURIComponent(meetingId)}`

  /** A code that was typed in the portal meanwhile has become the token. */
  async function state(): Promise<Extract<Told, { kind: "signed-in" | "signed-out" | "waiting" }>> {
    if ((await kept.find("token")) !== null) return { kind: "signed-in" }
    const [code = "", token = "", pollSeconds = "", life = ""] = (await kept.find("waiting"))?.split(" ") ?? []
    if (code === "") return { kind: "signed-out" }
    const { status, body } = await send({ method: "GET", url: codeUrl, token })
    const isOver = status === 401
    if (!isOver && (status !== 200 || toolCodeStateSchema.parse(body).state === "waiting"))
      return { kind: "waiting", code, pollSeconds: Number(pollSeconds) }
    await kept.drop("waiting")
    if (isOver) return { kind: "signed-out" }
    await kept.keep("token", token, life === "lasting")
    return { kind: "signed-in" }
  }

  async function begin(deviceName: string, isLasting: boolean): Promise<Told> {
    const answer = await send({ method: "POST", url: codeUrl, token: null, body: { deviceName } })
    if (answer.status !== 201) return failure(answer)
    const { code, token, pollSeconds } = toolCodeSchema.parse(answer.body)
    await kept.keep("waiting", [code, token, pollSeconds, isLasting ? "lasting" : ""].join(" "), false)
    return { kind: "waiting", code, pollSeconds }
  }

  /** Null while nobody is signed in. */
  async function call(method: string, path: string, body?: unknown): Promise<Answer | null> {
    if ((await state()).kind !== "signed-in") return null
    const token = await kept.find("token")
    const answer = await send({ method, url: serviceUrl + path, token, ...(body === undefined ? {} : { body }) })
    if (answer.status !== 401) return answer
    await kept.drop("token")
    return null
  }

  async function signOut(): Promise<Told> {
    await call("DELETE", "/v1/sessions/current").catch(() => null)
    for (const name of ["token", "waiting"]) await kept.drop(name)
    return { kind: "signed-out" }
  }

  /** What the extension has to say of a page that it did not understand, once. */
  async function takeNote(): Promise<Told> {
    const text = await kept.find("note")
    await kept.drop("note")
    await mark(false)
    return { kind: "note", note: text === null ? null : parseNote(text) }
  }

  async function answer(asked: Asked): Promise<Told> {
    switch (asked.kind) {
      case "state":
        return state()
      case "begin":
        return begin(asked.deviceName, asked.isLasting)
      case "sign-out":
        return signOut()
      case "settings":
        return told(await call("GET", "/v1/tools/settings"), (body) => ({
          ...{ kind: "settings", settings: toolSettingsSchema.parse(body) },
        }))
      case "save-defaults":
        return told(await call("PUT", "/v1/tools/defaults", asked.defaults), done)
      case "schedule":
        return told(await call("POST", "/v1/tools/meetings", { key: asked.key, ...asked.face, ...asked.choice }), made)
      case "change":
        return told(await call("PATCH", meetingPath(asked.meetingId), asked.face), made)
      case "remove":
        return told(await call("DELETE", meetingPath(asked.meetingId)), done)
      case "open-options":
        await openOptions()
        return done()
      case "page-unknown":
        await kept.keep("note", JSON.stringify({ page: asked.page, missing: asked.missing }), false)
        await mark(true)
        return done()
      case "take-note":
        return takeNote()
    }
  }

  return (asked) => answer(asked).catch(() => ({ kind: "failed" }))
}

function told(answer: Answer | null, read: (body: unknown) => Told): Told {
  if (answer === null) return { kind: "signed-out" }
  return answer.status < 300 ? read(answer.body) : failure(answer)
}

const done = (): Told => ({ kind: "done" })

function made(body: unknown): Told {
  const { meetingId, location, block } = toolMeetingSchema.parse(body)
  return { kind: "made", meetingId, location, text: block.text }
}

/** A request that is refused is refused again; what is too much or too early may be asked again. */
function failure({ status, body }: Answer): Told {
  if (status >= 500 || status === 429) return { kind: "failed" }
  return { kind: "refused", code: problemSchema.safeParse(body).data?.code ?? null }
}
