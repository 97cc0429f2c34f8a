import { type Ability, hasAbility, type Role } from "@kalends/domain/ability"
import { Problem } from "@kalends/domain/problem"
import type { FastifyRequest, RouteOptions } from "fastify"
import type { SessionRow } from "../ports/store.ts"

/**
 * What a route needs of whoever asks. nobody: it answers to anybody, or sees for itself who is there. session: whoever is
 * signed in, whatever they may do. tool: as own, and scheduling tools' sessions are let in, too. display: a paired screen,
 * by its own token, and no person.
 */
export type Need = Ability | "session" | "tool" | "nobody" | "display"

/** What a route needs of a person. */
export type PersonNeed = Exclude<Need, "nobody" | "display">

declare module "fastify" {
  interface FastifyContextConfig {
    /** Said for every route of the API; session-guard.ts looks. */
    readonly needs?: Need
    /** Of a route that lets in scheduling tools' sessions, too, besides those that need "tool". */
    readonly isOpenToTools?: boolean
    /** Of a route that answers to anybody and counts by more than the network they ask from. */
    readonly hasOwnLimit?: boolean
  }
}

/** A route of the API that does not say what it needs is a mistake that ends the start. */
export function requireNeed({ url, method, config }: RouteOptions): void {
  if (url.startsWith("/v1/") && config?.needs === undefined)
    throw new TypeError(`${String(method)} ${url} does not say what it needs (http/needs.ts)`)
}

/** What the route that is asked needs of who is signed in. */
export function needOf(request: Pick<FastifyRequest, "routeOptions">): PersonNeed {
  const { needs } = request.routeOptions.config
  if (needs === undefined || needs === "nobody" || needs === "display")
    throw new TypeError("this route asks who is signed in and does not say what it needs of them")
  return needs
}

/** Throws Problem "forbidden" (code "tool-session") where a scheduling tool's session asks for what is not for tools. */
export function refuseTool({ kind }: Pick<SessionRow, "kind">, { routeOptions }: Pick<FastifyRequest, "routeOptions">) {
  const { needs, isOpenToTools } = routeOptions.config
  if (kind === "tool" && needs !== "tool" && isOpenToTools !== true)
    throw new Problem("forbidden", "This sign-in is a scheduling tool's and opens nothing else.", {
      code: "tool-session",
    })
}

/** Throws Problem "forbidden" (code "not-allowed") where the role does not give the ability. */
export function refuseUnable(role: Role, need: PersonNeed): void {
  if (need !== "session" && !hasAbility(role, need === "tool" ? "own" : need))
    throw new Problem("forbidden", "Your role does not allow this.", { code: "not-allowed" })
}
