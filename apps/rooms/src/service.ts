import { createStreamParser } from "@kalends/client/event-stream"
import {
  type DisplayActInput,
  type DisplayMessage,
  displayActDoneSchema,
  displayMessageSchema,
  pairingSchema,
  pairingStateSchema,
} from "@kalends/protocol/display"
import { problemSchema } from "@kalends/protocol/problem"
import type { z } from "zod"
import type { DisplayService } from "./display-link.ts"

/** The service said no; `code` and `kind` choose the words. */
export class Refused extends Error {
  readonly kind: string
  readonly code: string | null

  constructor(kind: string, code: string | null) {
    super("the service refused")
    this.kind = kind
    this.code = code
  }
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>
export type ActDone = z.infer<typeof displayActDoneSchema>

const answerMs = 15_000
/** The service said that it does not know the token. A 401 of anything in between says no such thing. */
const unknownCodes = ["display-unknown", "pairing-over"]

/** The service over HTTP. */
export function createDisplayService(send: Fetch, deviceName: string) {
  async function ask(path: string, init: RequestInit): Promise<Response> {
    const response = await send(path, { ...init, headers: { "x-kalends-request": "1", ...init.headers } })
    if (response.ok) return response
    const problem = problemSchema.safeParse(await response.json().catch(() => null)).data
    if (problem === undefined) throw new Error("no answer of the service")
    throw new Refused(problem.kind, problem.code ?? null)
  }
  const post = (path: string, body: unknown, token?: string) =>
    ask(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token === undefined ? {} : bearer(token)) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerMs),
    })
  const isUnknown = (error: unknown) => error instanceof Refused && unknownCodes.includes(error.code ?? "")

  const service: DisplayService & { act(token: string, input: DisplayActInput): Promise<ActDone> } = {
    beginPairing: async () => pairingSchema.parse(await (await post("/v1/displays/pairings", { deviceName })).json()),
    async pairingState(token) {
      try {
        const init = { headers: bearer(token), signal: AbortSignal.timeout(answerMs) }
        const answer = await ask("/v1/displays/pairings/current", init)
        return pairingStateSchema.parse(await answer.json()).state
      } catch (error) {
        if (isUnknown(error)) return "over"
        throw error
      }
    },
    async listen(token, hear, signal) {
      try {
        const headers = { accept: "text/event-stream", ...bearer(token) }
        await readStream(await ask("/v1/display/agendas", { headers, signal }), hear)
        return "ended"
      } catch (error) {
        if (isUnknown(error)) return "refused"
        throw error
      }
    },
    async heard(token) {
      await ask("/v1/display/heard", { method: "POST", headers: bearer(token), signal: AbortSignal.timeout(answerMs) })
    },
    act: async (token, input) =>
      displayActDoneSchema.parse(await (await post("/v1/display/acts", input, token)).json()),
  }
  return service
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Messages that this version does not know are passed over. */
async function readStream({ body }: Response, hear: (message: DisplayMessage) => void): Promise<void> {
  if (body === null) return
  const parse = createStreamParser()
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    for (const { data } of parse(value)) {
      const message = displayMessageSchema.safeParse(parsedJson(data))
      if (message.success) hear(message.data)
    }
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
