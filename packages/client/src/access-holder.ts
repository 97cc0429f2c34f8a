import { type Access, authorization } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import type { AccessAnswer } from "@kalends/protocol/api"
import type { ReadResponse, Send } from "@kalends/readers/reader"
import type { ClientPlatform } from "./platform.ts"
import type { ServiceApi } from "./service-api.ts"

export type AccessHolderDeps = {
  readonly api: Pick<ServiceApi, "access">
  readonly platform: ClientPlatform
  readonly reach: "browser" | "native"
}

/** An access is asked for again when it has less than this left. */
const accessMarginMs = 60_000

/** The access that the service hands over, in memory, replaced when the provider refuses it. */
export function createAccessHolder({ api, platform, reach }: AccessHolderDeps) {
  let held: AccessAnswer | null = null

  async function accessFor(connectionId: string, signal: AbortSignal): Promise<AccessAnswer> {
    const isFresh =
      held !== null &&
      held.connectionId === connectionId &&
      (held.access.kind !== "bearer" ||
        platform.now().until(Temporal.Instant.from(held.access.expiresAt)).total("milliseconds") > accessMarginMs)
    if (!isFresh || held === null) held = await api.access(connectionId, { reach }, signal)
    return held
  }

  return {
    /** Does work with an access; once more with another where the provider no longer takes it. */
    async using<Done>(
      connectionId: string,
      signal: AbortSignal,
      work: (answer: AccessAnswer) => Promise<Done>,
    ): Promise<Done> {
      const answer = await accessFor(connectionId, signal)
      try {
        return await work(answer)
      } catch (error) {
        if (!isProblem(error, "auth-expired") || answer.access.kind !== "bearer") throw error
        const refusedTokenDigest = await platform.digest(answer.access.token)
        held = await api.access(connectionId, { reach, refusedTokenDigest }, signal)
        return work(held)
      }
    },
    forget(): void {
      held = null
    },
  }
}

export type AccessHolder = ReturnType<typeof createAccessHolder>

export type DirectAccess = Exclude<AccessAnswer["access"], { kind: "read-through" }>

/** Sends to the provider itself, with the credential added. */
export function sendDirect(platform: ClientPlatform, handed: DirectAccess): Send {
  const access = accessOf(handed)
  return async (request, signal) => {
    const init: RequestInit = {
      method: request.method,
      headers: { ...request.headers, authorization: authorization(access) },
      signal,
      ...(request.body === null ? {} : { body: request.body }),
    }
    const response = await platform.fetch(request.url, init).catch((cause: unknown) => {
      throw new Problem("unavailable", "The calendar service cannot be reached.", {
        code: "provider-unreachable",
        cause,
      })
    })
    return responseOf(response)
  }
}

export async function responseOf(response: Response): Promise<ReadResponse> {
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
}

function accessOf(access: DirectAccess): Access {
  if (access.kind === "bearer")
    return { kind: "bearer", token: access.token, expiresAt: Temporal.Instant.from(access.expiresAt) }
  return { kind: "password", server: access.server, username: access.username, password: access.password }
}
