import { isProblemKind, Problem } from "@kalends/domain/problem"
import { type IpcMeeting, type IpcSettings, ipcMeetingSchema, ipcSettingsSchema } from "@kalends/protocol/ipc"
import { problemSchema } from "@kalends/protocol/problem"
import { z } from "zod"
import type { ToldEvent } from "./event.ts"

/** What opens a session: a token by which somebody else vouches for who the person is. */
export type Proof = { readonly kind: "entra" | "exchange"; readonly token: string }

const openedSchema = z.object({ token: z.string().min(20).max(200) })
const codeSchema = z.object({
  code: z.string().max(40),
  token: z.string().max(200),
  pollSeconds: z.number().int().positive().max(600),
})
export type PairingCode = z.infer<typeof codeSchema>
const codeStateSchema = z.object({ state: z.enum(["waiting", "connected"]) })

export type Schedule = ToldEvent & { readonly key: string; readonly templateId?: string; readonly for?: string }

/** Sends without cookies, caches or referrers. */
export type Send = (path: string, init: RequestInit) => Promise<Response>

type Request = {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly token?: string | null
}

/** As the person's list of devices shows it. */
const deviceName = "Outlook add-in"

/** As the client package's problemOf, without the time to try again at: there is no Temporal in classic Outlook. */
async function refusalOf(response: Response): Promise<Problem> {
  const { data } = problemSchema.safeParse(await response.json().catch(() => null))
  if (data !== undefined && isProblemKind(data.kind))
    return new Problem(data.kind, data.detail ?? data.title, data.code === undefined ? {} : { code: data.code })
  const kind = response.status === 401 ? "auth-expired" : "unavailable"
  return new Problem(kind, "The service does not answer as it should.", { code: `http-${response.status}` })
}

/** The service's API for scheduling tools. All of it throws Problem; "auth-expired" where the session is over. */
export function createService(send: Send) {
  let token: string | null = null

  async function ask({ method, path, body, token: other }: Request): Promise<Response> {
    const bearer = other ?? token
    const response = await send(path, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new Problem("unavailable", "The service cannot be reached.", { code: "service-unreachable", cause })
    })
    if (!response.ok) throw await refusalOf(response)
    return response
  }

  async function read<Schema extends z.ZodType>(schema: Schema, request: Request): Promise<z.infer<Schema>> {
    const parsed = schema.safeParse(await (await ask(request)).json())
    if (!parsed.success) throw new Problem("malformed", "The service answers otherwise than expected.")
    return parsed.data
  }
  const one = (meetingId: string) => `/v1/tools/meetings/${encodeURIComponent(meetingId)}`

  return {
    get isOpen() {
      return token !== null
    },
    /** Goes on with a session that was opened before; null: with none. */
    use(known: string | null): void {
      token = known
    },
    async open(proof: Proof): Promise<void> {
      const body = { token: proof.token, deviceName }
      const path = `/v1/tools/sessions/${proof.kind}`
      token = (await read(openedSchema, { method: "POST", path, body })).token
    },
    /** A code for the person to type in the portal. */
    beginCode: (): Promise<PairingCode> =>
      read(codeSchema, { method: "POST", path: "/v1/tools/sessions/code", body: { deviceName } }),
    /** Whether they have. Throws "auth-expired" (code "pairing-over") once it is too late. */
    codeIsTyped: async (code: PairingCode): Promise<boolean> =>
      (await read(codeStateSchema, { method: "GET", path: "/v1/tools/sessions/code", token: code.token })).state ===
      "connected",
    settings: (): Promise<IpcSettings> => read(ipcSettingsSchema, { method: "GET", path: "/v1/tools/settings" }),
    async saveDefaults(defaults: IpcSettings["defaults"]): Promise<void> {
      await ask({ method: "PUT", path: "/v1/tools/defaults", body: defaults })
    },
    schedule: (body: Schedule): Promise<IpcMeeting> =>
      read(ipcMeetingSchema, { method: "POST", path: "/v1/tools/meetings", body }),
    find: (meetingId: string): Promise<IpcMeeting> => read(ipcMeetingSchema, { method: "GET", path: one(meetingId) }),
    change: (meetingId: string, change: Partial<ToldEvent>): Promise<IpcMeeting> =>
      read(ipcMeetingSchema, { method: "PATCH", path: one(meetingId), body: change }),
    async remove(meetingId: string): Promise<void> {
      await ask({ method: "DELETE", path: one(meetingId) })
    },
  }
}

export type Service = ReturnType<typeof createService>
