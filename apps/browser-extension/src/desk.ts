import { toolCodeSchema, toolCodeStateSchema, toolMeetingSchema } from "@kalends/protocol/tools"
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
  /** Texts for the session of the browser, in memory where it has such a place. */
  readonly kept: {
    find(name: string): Promise<string | null>
    keep(name: string, text: string): Promise<void>
    drop(name: string): Promise<void>
  }
  /** Throws where the service cannot be reached. */
  send(request: Request): Promise<Answer>
}

/** Answers what the pages ask. Throws nothing: what fails is told. */
export function createAnswers({ kept, send }: Desk): (asked: Asked) => Promise<Told> {
  async function call(method: string, path: string, body?: unknown): Promise<Answer | null> {
    const session = await state()
    if (session.kind !== "signed-in") return null
    const token = await kept.find("token")
    const answer = await send({
      ...{ method, url: session.serviceUrl + path, token },
      ...(body === undefined ? {} : { body }),
    })
    if (answer.status !== 401) return answer
    await kept.drop("token")
    return null
  }

  /** A code that was typed in the portal meanwhile has become the token. */
  async function state(): Promise<Extract<Told, { kind: "signed-in" | "signed-out" | "waiting" }>> {
    const [serviceUrl, token, waiting] = [
      await kept.find("service"),
      await kept.find("token"),
      await kept.find("waiting"),
    ]
    if (serviceUrl === null) return { kind: "signed-out" }
    if (token !== null) return { kind: "signed-in", serviceUrl }
    if (waiting === null) return { kind: "signed-out" }
    const [code = "", waitingToken = ""] = waiting.split(" ")
    const url = `${serviceUrl}/v1/tools/sessions/code`
    const { status, body } = await send({ method: "GET", url, token: waitingToken })
    if (status === 200 && toolCodeStateSchema.parse(body).state === "waiting")
      return { kind: "waiting", code, serviceUrl }
    if (status !== 200 && status !== 401) return { kind: "waiting", code, serviceUrl }
    await kept.drop("waiting")
    if (status === 401) return { kind: "signed-out" }
    await kept.keep("token", waitingToken)
    return { kind: "signed-in", serviceUrl }
  }

  async function begin(serviceUrl: string, deviceName: string): Promise<Told> {
    const url = `${serviceUrl}/v1/tools/sessions/code`
    const { status, body } = await send({ method: "POST", url, token: null, body: { deviceName } })
    if (status !== 201) return { kind: "failed" }
    const { code, token } = toolCodeSchema.parse(body)
    await kept.keep("service", serviceUrl)
    await kept.keep("waiting", `${code} ${token}`)
    return { kind: "waiting", code, serviceUrl }
  }

  async function signOut(): Promise<Told> {
    await call("DELETE", "/v1/sessions/current")
    for (const name of ["token", "waiting"]) await kept.drop(name)
    return { kind: "signed-out" }
  }

  async function meeting(answer: Answer | null): Promise<Told> {
    if (answer === null) return { kind: "signed-out" }
    if (answer.status === 204) return { kind: "removed" }
    if (answer.status === 403) return { kind: "refused" }
    if (answer.status !== 200) return { kind: "failed" }
    const { meetingId, location, block } = toolMeetingSchema.parse(answer.body)
    return { kind: "made", meetingId, location, text: block.text }
  }

  async function answer(asked: Asked): Promise<Told> {
    switch (asked.kind) {
      case "state":
        return state()
      case "begin":
        return begin(asked.serviceUrl, asked.deviceName)
      case "sign-out":
        return signOut()
      case "schedule":
        return meeting(await call("POST", "/v1/tools/meetings", { key: asked.key, ...asked.face }))
      case "change":
        return meeting(await call("PATCH", `/v1/tools/meetings/${asked.meetingId}`, asked.face))
      case "remove":
        return meeting(await call("DELETE", `/v1/tools/meetings/${asked.meetingId}`))
    }
  }

  return (asked) => answer(asked).catch(() => ({ kind: "failed" }))
}
