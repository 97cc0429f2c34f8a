import {
  type AuditPage,
  type AuditQuery,
  type AuditTableQuery,
  type AuditVerdict,
  auditPageSchema,
  auditVerdictSchema,
} from "@kalends/protocol/audit"
import { call, queryOf } from "./api-call.ts"

type Reader = Pick<AuditTableQuery, "language" | "zone">

/** Where the browser fetches the whole log as a file. */
export const auditExportUrl = "/v1/audit/export"

/** Where the browser fetches what is shown of it, as a table. */
export const auditTableUrl = ({ before: _before, ...query }: AuditQuery, reader: Reader) =>
  `/v1/audit/table?${queryOf({ ...query, ...reader })}`

/** The calls about the audit log, for administrators; each throws ApiProblem. */
export const auditApi = {
  page: ({ before, ...query }: AuditQuery): Promise<AuditPage> =>
    call(
      auditPageSchema,
      "GET",
      `/v1/audit?${queryOf({ ...query, ...(before === undefined ? {} : { before: String(before) }) })}`,
    ),
  verify: (): Promise<AuditVerdict> => call(auditVerdictSchema, "POST", "/v1/audit/verification"),
}
