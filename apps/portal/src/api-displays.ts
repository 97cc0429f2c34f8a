import {
  type DisplayChangeInput,
  type DisplaysView,
  type DisplayView,
  displaySchema,
  displaysSchema,
  type PairInput,
} from "@kalends/protocol/display"
import { call, queryOf, send } from "./api-call.ts"

const root = "/v1/displays"

/** The calls about screens; each throws ApiProblem. */
export const displaysApi = {
  page: (
    query: Readonly<Record<"after" | "roomId" | "search" | "trouble", string | undefined>>,
  ): Promise<DisplaysView> => call(displaysSchema, "GET", `${root}?${queryOf(query)}`),
  pair: (input: PairInput): Promise<DisplayView> => call(displaySchema, "POST", root, input),
  change: (displayId: string, input: DisplayChangeInput): Promise<DisplayView> =>
    call(displaySchema, "PATCH", `${root}/${displayId}`, input),
  remove: async (displayId: string): Promise<void> => void (await send("DELETE", `${root}/${displayId}`)),
}
