import { type Access, authorization } from "@kalends/domain/access"
import { classifyGraph } from "@kalends/readers/graph/problems"
import { parseBody } from "@kalends/readers/json-body"
import { list, text, wire } from "@kalends/readers/parse"
import type { CheckupAsked, Finding } from "../../ports/tenant-source.ts"
import { behind, clockFinding, ofMailbox, ofTenant, tried } from "../findings.ts"
import type { ProviderDeps } from "../provider-deps.ts"
import type { GraphSettings } from "./auth.ts"
import { mailboxUrl } from "./mailbox.ts"

/** What Entra says when it refuses the application its token, by our own codes for it (problems.ts). */
export const tokenCodes: ReadonlyMap<string, string> = new Map([
  ["client-secret-wrong", "registration-secret-wrong"],
  ["certificate-unknown", "registration-secret-wrong"],
  ["client-secret-expired", "registration-secret-expired"],
  ["application-removed", "registration-missing"],
  ["tenant-unknown", "registration-missing"],
  ["application-disabled", "registration-disabled"],
  ["conditional-access", "conditional-access"],
  ["access-denied", "conditional-access"],
  ["clock-skew", "clock-skew"],
])
const aboutSignIn = [...new Set(tokenCodes.values())]
const aboutRoles = [
  "consent-missing",
  "role-missing-read",
  "role-missing-write",
  "role-directory-missing",
  "role-too-broad",
]

/** Everything that a calendar, its rooms and its directory need; more is too much. */
const useful =
  /^(?:Calendars\.Read(?:Basic\.All|Write)?|User\.Read(?:Basic)?\.All|Place\.Read\.All|MailboxSettings\.Read)$/
const directory = /^(?:User\.Read(?:Basic)?\.All|Directory\.Read\.All)$/

type Deps = Pick<ProviderDeps, "http" | "clock"> & { readonly token: (secret: string) => Promise<Access> }

/** Looks at what lets an application into a tenant, and at some of its mailboxes. Reads alone. */
export function createGraphCheckup({ http, clock, token }: Deps, { apiUrl }: GraphSettings) {
  async function ofMailboxes(
    access: Access,
    roles: readonly string[] | null,
    asked: CheckupAsked,
  ): Promise<readonly Finding[]> {
    const findings: Finding[] = []
    for (const mailbox of asked.mailboxes) {
      const opening = { ...access, mailbox }
      const url = `${mailboxUrl(apiUrl, opening)}/calendars?$select=id,isDefaultCalendar,canEdit&$top=10`
      const headers = { accept: "application/json", authorization: authorization(opening) }
      const got = await tried(http.send({ method: "GET", url, headers, signal: asked.signal }))
      if ("problem" in got) return [...findings, ofTenant("wrong", "provider-unreachable")]
      const skew = clockFinding(got.value.headers.date, clock.now())
      if (skew !== null && !findings.some(({ code }) => code === "clock-skew")) findings.push(skew)
      const problem = classifyGraph(got.value, clock.now())
      if (problem?.kind === "unavailable" || problem?.kind === "rate-limited")
        return [...findings, ofTenant("wrong", "provider-unreachable")]
      const code = problem === null ? null : mailboxCode(problem.kind, problem.code)
      findings.push(...mailboxFindings(mailbox, code, roles))
      if (problem !== null) continue
      const own = list(parseBody(got.value.body).value)
        .map(wire)
        .find((calendar) => calendar?.isDefaultCalendar === true)
      const isReadOnly = asked.permission === "read-write" && own !== undefined && own?.canEdit !== true
      findings.push(ofMailbox(mailbox, isReadOnly ? "wrong" : "right", "calendar-read-only"))
    }
    return findings
  }

  return async (asked: CheckupAsked): Promise<readonly Finding[]> => {
    const got = await tried(token(asked.secret))
    if ("problem" in got) {
      const { code, kind } = got.problem
      const wrong =
        tokenCodes.get(code ?? "") ?? (kind === "unavailable" ? "provider-unreachable" : "registration-secret-wrong")
      const others = aboutSignIn.filter((one) => one !== wrong)
      return [ofTenant("wrong", wrong), ...behind(wrong, [...others, ...aboutRoles])]
    }
    const roles = rolesOf(got.value)
    const signIn = aboutSignIn.filter((code) => code !== "clock-skew").map((code) => ofTenant("right", code))
    return [...signIn, ...roleFindings(roles, asked), ...(await ofMailboxes(got.value, roles, asked))]
  }
}

/** The application permissions in a token; null where it cannot be read. It is nobody's but Graph's to rely on: here it explains. */
function rolesOf(access: Access): readonly string[] | null {
  if (access.kind !== "bearer") return null
  try {
    const claims = wire(JSON.parse(Buffer.from(access.token.split(".")[1] ?? "", "base64url").toString("utf8")))
    return claims === null ? null : list(claims.roles).flatMap((role) => text(role) ?? [])
  } catch {
    return null
  }
}

function roleFindings(roles: readonly string[] | null, { permission }: CheckupAsked): readonly Finding[] {
  if (roles === null) return aboutRoles.map((code) => ofTenant("not-checked", code))
  if (roles.length === 0)
    return [ofTenant("wrong", "consent-missing"), ...behind("consent-missing", aboutRoles.slice(1))]
  const has = (pattern: RegExp) => roles.some((role) => pattern.test(role))
  const canRead = has(/^Calendars\.Read(?:Write)?$/)
  const canWrite = has(/^Calendars\.ReadWrite$/)
  const more = roles.filter((role) => !useful.test(role) || (permission === "read" && role === "Calendars.ReadWrite"))
  const judged = (isWrong: boolean, code: string, facts: Finding["facts"] = {}) =>
    ofTenant(isWrong ? "wrong" : "right", code, isWrong ? facts : {})
  return [
    ofTenant("right", "consent-missing"),
    judged(!canRead, "role-missing-read", { role: "Calendars.Read" }),
    judged(canRead && permission === "read-write" && !canWrite, "role-missing-write", { role: "Calendars.ReadWrite" }),
    judged(!has(directory), "role-directory-missing", { role: "User.ReadBasic.All" }),
    ofTenant(
      more.length > 0 ? "doubtful" : "right",
      "role-too-broad",
      more.length > 0 ? { roles: more.join(", ") } : {},
    ),
  ]
}

const aboutMailbox = ["mailbox-missing", "mailbox-on-premises", "mailbox-outside-scope"]

function mailboxCode(kind: string, code: string | null): string {
  if (code === "no-mailbox") return "mailbox-on-premises"
  return kind === "not-found" ? "mailbox-missing" : "mailbox-outside-scope"
}

/** Without the permission nobody's calendar opens: then the mailbox's own settings say nothing. */
function mailboxFindings(mailbox: string, wrong: string | null, roles: readonly string[] | null): readonly Finding[] {
  const isOfRole = roles !== null && !roles.some((role) => /^Calendars\.Read(?:Write)?$/.test(role))
  if (isOfRole)
    return aboutMailbox.map((code) => ofMailbox(mailbox, "not-checked", code, { because: "role-missing-read" }))
  return aboutMailbox.map((code) => ofMailbox(mailbox, code === wrong ? "wrong" : "right", code))
}
