import {
  type AuditPage,
  type AuditQuery,
  type AuditVerdict,
  auditPageSchema,
  auditVerdictSchema,
} from "@kalends/protocol/audit"
import { call, queryOf } from "./api-call.ts"

/** Where the browser fetches the whole log as a file. */
export const auditExportUrl = "/v1/audit/export"

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
