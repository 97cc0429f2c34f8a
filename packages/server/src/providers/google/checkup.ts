import { type Access, authorization } from "@kalends/domain/access"
import { classifyGoogle } from "@kalends/readers/google/problems"
import { parseBody } from "@kalends/readers/json-body"
import { list, wire } from "@kalends/readers/parse"
import type { CheckupAsked, Finding } from "../../ports/tenant-source.ts"
import { behind, clockFinding, ofMailbox, ofTenant, tried } from "../findings.ts"
import type { ProviderDeps } from "../provider-deps.ts"
import { calendarScopes, type GoogleSettings } from "./auth.ts"

type Deps = Pick<ProviderDeps, "http" | "clock"> & {
  /** A token for somebody, with these scopes. */
  readonly token: (subject: string, scopes: readonly string[]) => Promise<Access>
  /** Null where the directory is not to be read. */
  readonly readDirectory: (() => Promise<unknown>) | null
}

const keyCodes: ReadonlyMap<string, string> = new Map([
  ["key-refused", "key-disabled"],
  ["clock-skew", "clock-skew"],
  ["delegation-missing", "delegation-missing"],
])

/** Looks at what lets a service account act for a domain's people, and at some of them. Reads alone. */
export async function googleCheckup(
  { http, clock, token, readDirectory }: Deps,
  { apiUrl }: GoogleSettings,
  { permission, mailboxes, signal }: CheckupAsked,
): Promise<readonly Finding[]> {
  const findings = new Map<string, Finding>()
  const note = (finding: Finding) => {
    const key = `${finding.code} ${finding.mailbox ?? ""}`
    const known = findings.get(key)
    if (known === undefined || known.outcome !== "wrong") findings.set(key, finding)
  }
  for (const mailbox of mailboxes) {
    const got = await tried(token(mailbox, calendarScopes("read")))
    if ("problem" in got) {
      const { code, kind } = got.problem
      if (code === "no-mailbox") {
        note(ofMailbox(mailbox, "wrong", "mailbox-missing"))
        continue
      }
      const wrong = keyCodes.get(code ?? "") ?? (kind === "unavailable" ? "provider-unreachable" : "delegation-missing")
      note(ofTenant("wrong", wrong))
      for (const one of behind(wrong, ["delegation-scope-missing", "api-off", "administrator-not-admin"])) note(one)
      break
    }
    for (const code of ["key-disabled", "delegation-missing"]) note(ofTenant("right", code))
    note(ofMailbox(mailbox, "right", "mailbox-missing"))
    if (permission === "read-write") {
      const writing = await tried(token(mailbox, calendarScopes("read-write")))
      const scope = calendarScopes("read-write").at(-1) ?? ""
      note(
        "problem" in writing
          ? ofTenant("wrong", "delegation-scope-missing", { scope })
          : ofTenant("right", "delegation-scope-missing"),
      )
    }
    const headers = { accept: "application/json", authorization: authorization(got.value) }
    const url = `${apiUrl}/users/me/calendarList?maxResults=50`
    const answer = await tried(http.send({ method: "GET", url, headers, signal }))
    if ("problem" in answer) note(ofTenant("wrong", "provider-unreachable"))
    else calendarFindings(mailbox, answer.value).forEach(note)
  }
  await noteDirectory()
  return [...findings.values()]

  function calendarFindings(
    mailbox: string,
    response: Awaited<ReturnType<ProviderDeps["http"]["send"]>>,
  ): readonly Finding[] {
    const skew = clockFinding(response.headers.date, clock.now())
    const problem = classifyGoogle(response, clock.now())
    const common = skew === null ? [] : [skew]
    if (problem?.code === "api-not-enabled") return [...common, ofTenant("wrong", "api-off")]
    if (problem !== null) return [...common, ofTenant("wrong", "provider-unreachable")]
    const own = list(parseBody(response.body).items)
      .map(wire)
      .find((calendar) => calendar?.primary === true)
    const role = own?.accessRole
    return [
      ...common,
      ofTenant("right", "api-off"),
      ofMailbox(mailbox, role === "freeBusyReader" ? "wrong" : "right", "calendar-free-busy-only"),
      ofMailbox(mailbox, permission === "read-write" && role === "reader" ? "wrong" : "right", "calendar-read-only"),
    ]
  }

  async function noteDirectory(): Promise<void> {
    if (findings.has("administrator-not-admin ")) return
    if (readDirectory === null) return note(ofTenant("not-checked", "administrator-not-admin"))
    const got = await tried(readDirectory())
    if (!("problem" in got)) return note(ofTenant("right", "administrator-not-admin"))
    const isScope = got.problem.code === "delegation-missing"
    note(
      isScope
        ? ofTenant("doubtful", "delegation-scope-missing", { scope: "admin.directory.user.readonly" })
        : ofTenant("wrong", "administrator-not-admin"),
    )
  }
}
