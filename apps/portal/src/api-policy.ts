import type { PolicyEdit } from "@kalends/domain/policy-effect"
import {
  type OwnPolicyView,
  ownPolicySchema,
  type PolicyChangeInput,
  type PolicyChangeView,
  type PolicyChoiceInput,
  type PolicyLevelsView,
  type PolicyPreview,
  type PolicyPreviewInput,
  policyChangeInputSchema,
  policyChangeSchema,
  policyChangesSchema,
  policyLevelsSchema,
  policyPreviewSchema,
} from "@kalends/protocol/policy"
import { call } from "./api-call.ts"

const root = "/v1/policy"

/** Changes of settings, as the service takes them. */
export function changeOf(edits: readonly PolicyEdit[]): PolicyChangeInput {
  return policyChangeInputSchema.parse({ edits })
}

/** The calls about policy; each throws ApiProblem. */
export const policyApi = {
  own: (): Promise<OwnPolicyView> => call(ownPolicySchema, "GET", root),
  choose: (choice: PolicyChoiceInput): Promise<OwnPolicyView> => call(ownPolicySchema, "PUT", `${root}/choice`, choice),
  levels: (): Promise<PolicyLevelsView> => call(policyLevelsSchema, "GET", `${root}/levels`),
  preview: (input: PolicyPreviewInput): Promise<PolicyPreview> =>
    call(policyPreviewSchema, "POST", `${root}/preview`, input),
  save: (input: PolicyChangeInput): Promise<PolicyChangeView> =>
    call(policyChangeSchema, "POST", `${root}/changes`, input),
  changes: async (): Promise<readonly PolicyChangeView[]> =>
    (await call(policyChangesSchema, "GET", `${root}/changes`)).changes,
  undo: (changeId: string): Promise<PolicyChangeView> =>
    call(policyChangeSchema, "POST", `${root}/changes/${changeId}/undo`),
}
