import {
  type DelegateInput,
  type Delegates,
  delegatesSchema,
  type ToolDefaultsInput,
  type ToolDownloads,
  type ToolSettings,
  type ToolTemplate,
  type ToolTemplateInput,
  type ToolTemplates,
  toolConnectViewSchema,
  toolDownloadsSchema,
  toolSettingsSchema,
  toolTemplateSchema,
  toolTemplatesSchema,
} from "@kalends/protocol/tools"
import { call, send } from "./api-call.ts"

const root = "/v1/tools"

/** The calls about scheduling tools; each throws ApiProblem. */
export const toolsApi = {
  settings: (): Promise<ToolSettings> => call(toolSettingsSchema, "GET", `${root}/settings`),
  setDefaults: async (defaults: ToolDefaultsInput): Promise<void> =>
    void (await send("PUT", `${root}/defaults`, defaults)),
  downloads: (): Promise<ToolDownloads> => call(toolDownloadsSchema, "GET", `${root}/downloads`),
  look: async (code: string): Promise<string> =>
    (await call(toolConnectViewSchema, "POST", `${root}/connections/look`, { code })).deviceName,
  connect: async (code: string): Promise<void> => void (await send("POST", `${root}/connections`, { code })),
  templates: (): Promise<ToolTemplates> => call(toolTemplatesSchema, "GET", `${root}/templates`),
  makeTemplate: (input: ToolTemplateInput): Promise<ToolTemplate> =>
    call(toolTemplateSchema, "POST", `${root}/templates`, input),
  changeTemplate: (templateId: string, input: ToolTemplateInput): Promise<ToolTemplate> =>
    call(toolTemplateSchema, "PUT", `${root}/templates/${templateId}`, input),
  removeTemplate: async (templateId: string): Promise<void> =>
    void (await send("DELETE", `${root}/templates/${templateId}`)),
}

/** The calls about who may schedule for somebody: a host of whom one is the administrator, or oneself (null). */
export function delegatesApi(hostId: string | null) {
  const place = hostId === null ? "/v1/me/delegates" : `/v1/users/${hostId}/delegates`
  return {
    list: (): Promise<Delegates> => call(delegatesSchema, "GET", place),
    give: (input: DelegateInput): Promise<Delegates> => call(delegatesSchema, "PUT", place, input),
    take: (delegateId: string): Promise<Delegates> => call(delegatesSchema, "DELETE", `${place}/${delegateId}`),
  }
}

export type DelegatesApi = ReturnType<typeof delegatesApi>
