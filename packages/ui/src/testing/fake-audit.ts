import type { AuditEntryView } from "@kalends/protocol/audit"
import { sampleUser } from "./sample-views.ts"
import type { Scene } from "./scene.ts"

type Asked = { readonly route: string; readonly query: URLSearchParams }
type Answer = { readonly status?: number; readonly body: unknown }

/** Answers about the audit log, as the scene has it; null for other routes. */
export function auditReply({ route, query }: Asked, scene: Scene): Answer | null {
  if (route === "POST /v1/audit/verification") return { body: scene.auditVerdict }
  if (route === "GET /v1/audit/key") return { body: { publicKey: "k".repeat(43) } }
  if (route !== "GET /v1/audit") return null
  const before = Number(query.get("before") ?? Number.MAX_SAFE_INTEGER)
  const fits = ({ sequence, at, actor, action, subjectId, reason }: AuditEntryView) =>
    sequence < before &&
    is(query.get("action"), action) &&
    is(query.get("subject"), subjectId) &&
    is(query.get("reason"), reason) &&
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
    [part("pass"), "secret-opened", connection, "refresh-for-pass", "job:pass:41"],
    [part("broker"), "token-refreshed", connection, "granted", null],
    [ada, "meeting-made", "00000000-0000-4000-8000-00000000d001", "app", null],
    [ada, "secret-opened", connection, "client-request", "request:00000000-0000-4000-8000-00000000e001"],
    [part("connections"), "connection-state-changed", connection, "connecting-to-healthy", null],
    [
      { ...ada, userId: "00000000-0000-4000-8000-00000000b009", displayName: null },
      "signed-in",
      connection,
      "password",
      null,
    ],
  ] as const
  const audit = told.map(([actor, action, subjectId, reason, call], index) => ({
    ...{ sequence: told.length - index, at: now.subtract({ minutes: 7 * (index + 1) }).toString() },
    ...{ actor, action, subjectId, reason, call },
    about: subjectId === connection ? { kind: "calendar" as const, name: "Grace Hopper" } : null,
  }))
  const auditVerdict = {
    ...{ isWhole: true, count: told.length, brokenAt: null, brokenBy: null, head: "ab".repeat(32) },
    ...{ signedUpTo: told.length, signedCount: 3 },
  }
  return { audit, auditPerPage: 100, auditVerdict }
}
