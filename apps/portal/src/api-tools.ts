import {
  type DelegateInput,
  type Delegates,
  delegatesSchema,
  type ToolDefaultsInput,
  type ToolDownloads,
  type ToolSettings,
  toolConnectViewSchema,
  toolDownloadsSchema,
  toolSettingsSchema,
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
  delegates: (): Promise<Delegates> => call(delegatesSchema, "GET", "/v1/me/delegates"),
  giveDelegate: (input: DelegateInput): Promise<Delegates> => call(delegatesSchema, "PUT", "/v1/me/delegates", input),
  takeDelegate: (userId: string): Promise<Delegates> => call(delegatesSchema, "DELETE", `/v1/me/delegates/${userId}`),
}
