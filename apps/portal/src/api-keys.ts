import { type KeyAction, type KeysView, keysViewSchema, type ShredInput } from "@kalends/protocol/keys"
import { call } from "./api-call.ts"

/** The calls about the organisation's keys; each throws ApiProblem. */
export const keysApi = {
  view: (): Promise<KeysView> => call(keysViewSchema, "GET", "/v1/keys"),
  act: (action: KeyAction): Promise<KeysView> => call(keysViewSchema, "POST", "/v1/keys/actions", { action }),
  shred: (input: ShredInput): Promise<KeysView> => call(keysViewSchema, "POST", "/v1/keys/shredding", input),
}
