import { type Access, authorization } from "@kalends/domain/access"
import type { Problem } from "@kalends/domain/problem"
import { classifyGraph } from "@kalends/readers/graph/problems"
import { parseBody } from "@kalends/readers/json-body"
import type { CheckupAsked, Finding } from "../../ports/tenant-source.ts"
import { behind, clockFinding, ofMailbox, ofTenant, tried } from "../findings.ts"
import type { ProviderDeps } from "../provider-deps.ts"
import type { GraphSettings } from "./auth.ts"
import { tokenCodes } from "./checkup.ts"
import { mailboxUrl } from "./mailbox.ts"
import type { SignedIn } from "./tenant-secret.ts"

type Deps = Pick<ProviderDeps, "http" | "clock"> & { readonly open: () => Promise<Access> }
type Asked = Omit<CheckupAsked, "secret">

const aboutMailbox = ["room-not-shared", "mailbox-on-premises", "calendar-read-only"]

/** Looks at what a service account opens: whether it is signed in, its directory, and rooms. Reads alone. */
export async function checkupOfService(
  { http, clock, open }: Deps,
  { apiUrl }: GraphSettings,
  { account, hasDirectory }: SignedIn,
  asked: Asked,
): Promise<readonly Finding[]> {
  const got = await tried(open())
  if ("problem" in got) {
    const wrong = signInCode(got.problem)
    return [ofTenant("wrong", wrong, { account }), ...behind(wrong, ["rooms-unlisted", ...aboutMailbox])]
  }
  const access = got.value
  const get = async (opening: Access, path: string) => {
    const url = `${opening.kind === "bearer" && opening.mailbox !== undefined ? mailboxUrl(apiUrl, opening) : apiUrl}${path}`
    const headers = { accept: "application/json", authorization: authorization(opening) }
    return tried(http.send({ method: "GET", url, headers, signal: asked.signal }))
  }
  const findings: Finding[] = [ofTenant("right", "service-account-signed-out")]
  const places = await get(access, "/places/microsoft.graph.room?$top=1")
  if ("problem" in places) return [...findings, ofTenant("wrong", "provider-unreachable")]
  const skew = clockFinding(places.value.headers.date, clock.now())
  if (skew !== null) findings.push(skew)
  const isListed = classifyGraph(places.value, clock.now()) === null
  findings.push(ofTenant(isListed ? "right" : hasDirectory ? "wrong" : "doubtful", "rooms-unlisted"))
  for (const mailbox of asked.mailboxes) {
    const opened = await get({ ...access, mailbox }, "/calendar?$select=id,canEdit")
    if ("problem" in opened) return [...findings, ofTenant("wrong", "provider-unreachable")]
    const problem = classifyGraph(opened.value, clock.now())
    if (problem?.kind === "unavailable" || problem?.kind === "rate-limited")
      return [...findings, ofTenant("wrong", "provider-unreachable")]
    const canEdit = problem === null && parseBody(opened.value.body).canEdit === true
    const wrong =
      problem === null ? (canEdit || asked.permission === "read" ? null : "calendar-read-only") : codeOf(problem)
    findings.push(
      ...aboutMailbox.map((code) =>
        ofMailbox(mailbox, code === wrong ? "wrong" : "right", code, code === wrong ? { account, mailbox } : {}),
      ),
    )
  }
  return findings
}

/** What the registration itself meets is not the account's to mend. */
function signInCode({ code, kind }: Problem): string {
  if (kind === "unavailable") return "provider-unreachable"
  return kind === "auth-revoked" ? "service-account-signed-out" : (tokenCodes.get(code ?? "") ?? "consent-missing")
}

const codeOf = ({ code }: Problem) => (code === "no-mailbox" ? "mailbox-on-premises" : "room-not-shared")
