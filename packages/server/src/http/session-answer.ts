import { abilitiesOf } from "@kalends/domain/ability"
import type { sessionSchema, userSchema } from "@kalends/protocol/api"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { z } from "zod"
import type { OpenedSession } from "../people/sessions.ts"
import type { Clock } from "../ports/clock.ts"
import type { UserRow } from "../ports/store.ts"
import { setSessionCookie } from "./session-guard.ts"

type AnswerDeps = { readonly clock: Clock; readonly publicUrl: string }

/** Hands out a session just opened: in the cookie, or its token in the body. */
export function createSessionAnswer(deps: AnswerDeps) {
  return (reply: FastifyReply, opened: OpenedSession, keep: "cookie" | "memory"): z.infer<typeof sessionSchema> => {
    if (keep === "cookie") putCookie(deps, reply, opened)
    return {
      token: keep === "memory" ? opened.token : null,
      expiresAt: opened.expiresAt.toString(),
      user: userView(opened.user),
    }
  }
}

/** The session's new token goes where the old one was. */
export function createRaisedAnswer(deps: AnswerDeps) {
  return (request: FastifyRequest, reply: FastifyReply, opened: OpenedSession) => {
    const isBearer = request.headers.authorization !== undefined
    if (!isBearer) putCookie(deps, reply, opened)
    return { token: isBearer ? opened.token : null, expiresAt: opened.expiresAt.toString() }
  }
}

function putCookie({ clock, publicUrl }: AnswerDeps, reply: FastifyReply, { token, expiresAt }: OpenedSession): void {
  const maxAgeSeconds = Math.floor((expiresAt.epochMilliseconds - clock.now().epochMilliseconds) / 1000)
  setSessionCookie(reply, token, { isSecure: publicUrl.startsWith("https:"), maxAgeSeconds })
}

export function userView(user: UserRow): z.infer<typeof userSchema> {
  const { userId, accountId, email, displayName, role } = user
  return { userId, accountId, email, displayName, role, abilities: [...abilitiesOf[role]] }
}
