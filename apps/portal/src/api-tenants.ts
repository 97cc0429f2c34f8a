import { type CheckupInput, type CheckupView, checkupSchema } from "@kalends/protocol/checkup"
import {
  type DirectoryView,
  directorySchema,
  type ImportedPeopleView,
  type ImportPeopleInput,
  importedPeopleSchema,
  type NewRolloutInput,
  type NewTenantInput,
  type RolloutAction,
  type RolloutView,
  rolloutSchema,
  rolloutsSchema,
  type StepsView,
  stepsSchema,
  type TenantMethodsView,
  type TenantRemovalView,
  type TenantSecretInput,
  type TenantSignInInput,
  type TenantsView,
  type TenantView,
  tenantMethodsSchema,
  tenantRemovalSchema,
  tenantSchema,
  tenantSignInAnswerSchema,
  tenantsSchema,
} from "@kalends/protocol/tenants"
import { call, queryOf } from "./api-call.ts"

type StepState = StepsView["steps"][number]["state"]

/** The calls about whole organisations, for administrators; each throws ApiProblem. */
export const tenantApi = {
  methods: (): Promise<TenantMethodsView> => call(tenantMethodsSchema, "GET", "/v1/tenants/methods"),
  tenants: (): Promise<TenantsView> => call(tenantsSchema, "GET", "/v1/tenants"),
  connect: (input: NewTenantInput): Promise<TenantView> => call(tenantSchema, "POST", "/v1/tenants", input),
  /** Where the browser goes for a service account to sign in. */
  signIn: async (input: TenantSignInInput): Promise<string> =>
    (await call(tenantSignInAnswerSchema, "POST", "/v1/tenants/sign-in", input)).authorizeUrl,
  replaceSecret: (id: string, input: TenantSecretInput): Promise<TenantView> =>
    call(tenantSchema, "PUT", `/v1/tenants/${id}/secret`, input),
  remove: (id: string): Promise<TenantRemovalView> => call(tenantRemovalSchema, "DELETE", `/v1/tenants/${id}`),
  directory: (id: string, query: { readonly next?: string; readonly search?: string }): Promise<DirectoryView> =>
    call(directorySchema, "GET", `/v1/tenants/${id}/directory?${queryOf(query)}`),
  importPeople: (id: string, input: ImportPeopleInput): Promise<ImportedPeopleView> =>
    call(importedPeopleSchema, "POST", `/v1/tenants/${id}/people`, input),
  checkup: (id: string, input: CheckupInput): Promise<CheckupView> =>
    call(checkupSchema, "POST", `/v1/tenants/${id}/checkup`, input),
  rollouts: async (): Promise<readonly RolloutView[]> => (await call(rolloutsSchema, "GET", "/v1/rollouts")).rollouts,
  newRollout: (input: NewRolloutInput): Promise<RolloutView> => call(rolloutSchema, "POST", "/v1/rollouts", input),
  rollout: (id: string): Promise<RolloutView> => call(rolloutSchema, "GET", `/v1/rollouts/${id}`),
  actOnRollout: (id: string, action: RolloutAction): Promise<RolloutView> =>
    call(rolloutSchema, "POST", `/v1/rollouts/${id}/actions`, { action }),
  steps: (id: string, query: { readonly state?: StepState; readonly after?: string }): Promise<StepsView> =>
    call(stepsSchema, "GET", `/v1/rollouts/${id}/steps?${queryOf(query)}`),
}
