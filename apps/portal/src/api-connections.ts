import {
  type ConnectionDetail,
  type ConnectionForecast,
  type ConnectionListQuery,
  type ConnectionPage,
  type ConnectionSummary,
  connectionDetailSchema,
  connectionForecastSchema,
  connectionPageSchema,
  connectionSummarySchema,
  type ReopenAnswer,
  reopenAnswerSchema,
} from "@kalends/protocol/overview"
import {
  type RevocationPreview,
  type RevocationScopeInput,
  type RevocationSteps,
  type RevocationView,
  revocationPreviewSchema,
  revocationSchema,
  revocationStepsSchema,
  revocationsSchema,
} from "@kalends/protocol/revocations"
import { call, queryOf } from "./api-call.ts"

const root = "/v1/admin"

/** Where the browser fetches what was done, as a file. */
export const reportUrl = (revocationId: string) => `${root}/revocations/${revocationId}/report`

/** The calls about all connections of the organisation; each throws ApiProblem. */
export const connectionsApi = {
  page: ({ endsWithinDays, ...query }: ConnectionListQuery): Promise<ConnectionPage> => {
    const days = endsWithinDays === undefined ? {} : { endsWithinDays: String(endsWithinDays) }
    return call(connectionPageSchema, "GET", `${root}/connections?${queryOf({ ...query, ...days })}`)
  },
  summary: (): Promise<ConnectionSummary> => call(connectionSummarySchema, "GET", `${root}/connections/summary`),
  forecast: (): Promise<ConnectionForecast> => call(connectionForecastSchema, "GET", `${root}/connections/forecast`),
  detail: (connectionId: string): Promise<ConnectionDetail> =>
    call(connectionDetailSchema, "GET", `${root}/connections/${connectionId}`),
  reopen: (provider: string, tenantId: string): Promise<ReopenAnswer> =>
    call(reopenAnswerSchema, "POST", `${root}/connections/reopened`, { provider, tenantId }),
  preview: (scope: RevocationScopeInput, after: string | null): Promise<RevocationPreview> =>
    call(revocationPreviewSchema, "POST", `${root}/revocations/preview`, { scope, after }),
  revoke: (scope: RevocationScopeInput, confirmation: string | null): Promise<RevocationView> =>
    call(revocationSchema, "POST", `${root}/revocations`, { scope, confirmation }),
  revocations: async (): Promise<readonly RevocationView[]> =>
    (await call(revocationsSchema, "GET", `${root}/revocations`)).revocations,
  revocation: (revocationId: string): Promise<RevocationView> =>
    call(revocationSchema, "GET", `${root}/revocations/${revocationId}`),
  steps: (revocationId: string, after: string | null): Promise<RevocationSteps> =>
    call(
      revocationStepsSchema,
      "GET",
      `${root}/revocations/${revocationId}/steps?${queryOf(after === null ? {} : { after })}`,
    ),
}
