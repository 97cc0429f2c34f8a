import {
  type RoomChoicesView,
  type RoomsSetView,
  roomChoicesSchema,
  roomsSetSchema,
  type SetRoomsInput,
} from "@kalends/protocol/many-rooms"
import { type RoomTroublesView, roomTroublesSchema } from "@kalends/protocol/room-troubles"
import {
  type DialRulesView,
  dialRulesSchema,
  type ImportedRoomsView,
  type ImportRoomsInput,
  importedRoomsSchema,
  type NewRoomInput,
  type RoomChangesInput,
  type RoomCheckupView,
  type RoomConnectionInput,
  type RoomDirectoryInput,
  type RoomDirectoryView,
  type RoomMethodsView,
  type RoomScriptInput,
  type RoomsView,
  type RoomView,
  roomCheckupSchema,
  roomDirectorySchema,
  roomMethodsSchema,
  roomSchema,
  roomScriptSchema,
  roomsSchema,
} from "@kalends/protocol/rooms"
import { call, queryOf, send } from "./api-call.ts"

const root = "/v1/rooms"

/** The calls about rooms, for those who look after them; each throws ApiProblem. */
export const roomsApi = {
  page: (query: Readonly<Record<string, string | undefined>>): Promise<RoomsView> =>
    call(roomsSchema, "GET", `${root}?${queryOf(query)}`),
  choices: (query: Readonly<Record<string, string | undefined>>): Promise<RoomChoicesView> =>
    call(roomChoicesSchema, "GET", `${root}/choices?${queryOf(query)}`),
  setMany: (input: SetRoomsInput): Promise<RoomsSetView> => call(roomsSetSchema, "POST", `${root}/settings`, input),
  troubles: (): Promise<RoomTroublesView> => call(roomTroublesSchema, "GET", `${root}/troubles`),
  room: (roomId: string): Promise<RoomView> => call(roomSchema, "GET", `${root}/${roomId}`),
  add: (input: NewRoomInput): Promise<RoomView> => call(roomSchema, "POST", root, input),
  change: (roomId: string, input: RoomChangesInput): Promise<RoomView> =>
    call(roomSchema, "PATCH", `${root}/${roomId}`, input),
  remove: async (roomId: string): Promise<void> => void (await send("DELETE", `${root}/${roomId}`)),
  connect: (roomId: string, input: RoomConnectionInput): Promise<RoomView> =>
    call(roomSchema, "PUT", `${root}/${roomId}/connection`, input),
  disconnect: (roomId: string): Promise<RoomView> => call(roomSchema, "DELETE", `${root}/${roomId}/connection`),
  checkup: (roomId: string): Promise<RoomCheckupView> => call(roomCheckupSchema, "POST", `${root}/${roomId}/checkup`),
  directory: (input: RoomDirectoryInput): Promise<RoomDirectoryView> =>
    call(roomDirectorySchema, "POST", `${root}/directory`, input),
  importRooms: (input: ImportRoomsInput): Promise<ImportedRoomsView> =>
    call(importedRoomsSchema, "POST", `${root}/import`, input),
  methods: (): Promise<RoomMethodsView> => call(roomMethodsSchema, "GET", `${root}/methods`),
  script: async (input: RoomScriptInput): Promise<string> =>
    (await call(roomScriptSchema, "POST", `${root}/script`, input)).script,
  dialRules: (): Promise<DialRulesView> => call(dialRulesSchema, "GET", `${root}/dial-rules`),
  setDialRules: (rules: DialRulesView): Promise<DialRulesView> =>
    call(dialRulesSchema, "PUT", `${root}/dial-rules`, rules),
}
