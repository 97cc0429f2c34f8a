import type { AuditEntryView } from "@kalends/protocol/audit"
import { sampleUser } from "./sample-views.ts"
import type { Scene } from "./scene.ts"

type Asked = { readonly route: string; readonly query: URLSearchParams }
type Answer = { readonly status?: number; readonly body: unknown }

/** Answers about the audit log, as the scene has it; null for other routes. */
export function auditReply({ route, query }: Asked, scene: Scene): Answer | null {
  if (route === "POST /v1/audit/verification") return { body: scene.auditVerdict }
  if (route !== "GET /v1/audit") return null
  const before = Number(query.get("before") ?? Number.MAX_SAFE_INTEGER)
  const fits = ({ sequence, at, actor, action, subjectId }: AuditEntryView) =>
    sequence < before &&
    is(query.get("action"), action) &&
    is(query.get("subject"), subjectId) &&
    is(query.get("actor"), actor.kind === "user" ? actor.userId : "") &&
    at >= (query.get("from") ?? "") &&
    at < (query.get("to") ?? "9")
  const found = scene.audit.filter(fits)
  const entries = found.slice(0, scene.auditPerPage)
  return { body: { entries, before: found.length > entries.length ? (entries.at(-1)?.sequence ?? null) : null } }
}

const is = (wanted: string | null, value: string) => wanted === null || wanted === value

/** A morning of an organisation, newest first, as of `now`. */
export function calmAudit(now: Temporal.Instant): Pick<Scene, "audit" | "auditPerPage" | "auditVerdict"> {
  const ada = { kind: "user", userId: sampleUser.userId, displayName: "Ada Lovelace" } as const
  const part = (name: string) => ({ kind: "service", part: name }) as const
  const connection = "00000000-0000-4000-8000-00000000c001"
  const told = [
    [part("broker"), "secret-opened", connection, "pass"],
    [part("broker"), "token-refreshed", connection, "refresh"],
    [ada, "meeting-made", "00000000-0000-4000-8000-00000000d001", "asked"],
    [ada, "connection-made", connection, "granted"],
    [part("vault"), "data-key-created", "00000000-0000-4000-8000-00000000a001", "first-secret"],
    [
      { ...ada, userId: "00000000-0000-4000-8000-00000000b009", displayName: null },
      "signed-in",
      connection,
      "password",
    ],
  ] as const
  const audit = told.map(([actor, action, subjectId, reason], index) => ({
    ...{ sequence: told.length - index, at: now.subtract({ minutes: 7 * (index + 1) }).toString() },
    ...{ actor, action, subjectId, reason },
  }))
  const auditVerdict = { isWhole: true, count: told.length, brokenAt: null, head: "ab".repeat(32) }
  return { audit, auditPerPage: 100, auditVerdict }
}
