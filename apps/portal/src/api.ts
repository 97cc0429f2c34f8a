import {
  type ConnectAnswer,
  type ConnectInput,
  type ConnectionView,
  connectAnswerSchema,
  connectionsSchema,
  handoffSchema,
  type RemovalView,
  removalSchema,
  type ServiceView,
  type SessionsView,
  type SetupInput,
  serviceSchema,
  sessionSchema,
  sessionsSchema,
  type UsersView,
  type UserView,
  userSchema,
  type usersQuerySchema,
  usersSchema,
} from "@kalends/protocol/api"
import { type GroupInput, type GroupsView, type GroupView, groupSchema, groupsSchema } from "@kalends/protocol/groups"
import {
  heldAnswerSchema,
  type MeetingChangeInput,
  type MeetingDetail,
  type MeetingView,
  meetingDetailSchema,
  meetingSchema,
  meetingsSchema,
  type NewMeetingInput,
} from "@kalends/protocol/meetings"
import { sentSchema } from "@kalends/protocol/provider-sign-in"
import type { z } from "zod"
import { call, queryOf, send } from "./api-call.ts"
import { signInApi } from "./api-sign-in.ts"
import type { ContactsChoice } from "./contacts-choice.ts"
import { deviceNameOf } from "./device-name.ts"
import { platform } from "./platform.ts"

/** The calls the portal makes; each throws ApiProblem. */
export const api = {
  ...signInApi,
  service: (): Promise<ServiceView> => call(serviceSchema, "GET", "/v1/service"),
  me: (): Promise<UserView> => call(userSchema, "GET", "/v1/me"),
  setUp: async (input: SetupInput): Promise<UserView> => (await call(sessionSchema, "POST", "/v1/setup", input)).user,
  signInWith: async (issuer: string, returnTo: string): Promise<string> =>
    (
      await call(sentSchema, "POST", "/v1/sign-in/provider", {
        ...{ issuer, returnTo, deviceName: deviceNameOf(platform.userAgent) },
      })
    ).url,
  signIn: async (email: string, password: string): Promise<UserView> =>
    (
      await call(sessionSchema, "POST", "/v1/sessions", {
        email,
        password,
        deviceName: deviceNameOf(platform.userAgent),
        keep: "cookie",
      })
    ).user,
  signOut: async (): Promise<void> => void (await send("DELETE", "/v1/sessions/current")),
  sessions: (): Promise<SessionsView> => call(sessionsSchema, "GET", "/v1/sessions"),
  endSession: async (sessionId: string): Promise<void> => void (await send("DELETE", `/v1/sessions/${sessionId}`)),
  endOtherSessions: async (): Promise<void> => void (await send("DELETE", "/v1/sessions")),
  handOff: async (): Promise<string> => (await call(handoffSchema, "POST", "/v1/sessions/handoff")).code,
  connection: async (): Promise<ConnectionView | null> =>
    (await call(connectionsSchema, "GET", "/v1/connections")).connections[0] ?? null,
  /** What may be asked for of contacts; nothing where the service says nothing. */
  contactsChoice: async (): Promise<ContactsChoice> =>
    (await call(connectionsSchema, "GET", "/v1/connections")).contacts ?? { most: "none", proposed: "none" },
  connect: (input: ConnectInput): Promise<ConnectAnswer> => call(connectAnswerSchema, "POST", "/v1/connections", input),
  remove: (connectionId: string): Promise<RemovalView> =>
    call(removalSchema, "DELETE", `/v1/connections/${connectionId}`),
  users: (query: z.input<typeof usersQuerySchema>): Promise<UsersView> =>
    call(usersSchema, "GET", `/v1/users?${queryOf(query)}`),
  meetings: (before: string | null): Promise<z.infer<typeof meetingsSchema>> =>
    call(meetingsSchema, "GET", before === null ? "/v1/meetings" : `/v1/meetings?before=${encodeURIComponent(before)}`),
  meeting: (meetingId: string): Promise<MeetingDetail> => call(meetingDetailSchema, "GET", `/v1/meetings/${meetingId}`),
  newMeeting: (input: NewMeetingInput): Promise<MeetingView> => call(meetingSchema, "POST", "/v1/meetings", input),
  changeMeeting: (meetingId: string, input: MeetingChangeInput): Promise<MeetingDetail> =>
    call(meetingDetailSchema, "PATCH", `/v1/meetings/${meetingId}`, input),
  cancelMeeting: async (meetingId: string): Promise<void> => void (await send("DELETE", `/v1/meetings/${meetingId}`)),
  meetingStarted: async (meetingId: string): Promise<void> =>
    void (await send("POST", `/v1/meetings/${meetingId}/started`)),
  decideHeld: (decision: "end" | "keep"): Promise<{ readonly count: number }> =>
    call(heldAnswerSchema, "POST", "/v1/meetings/held", { decision }),
  groups: (): Promise<GroupsView> => call(groupsSchema, "GET", "/v1/groups"),
  putGroup: (groupId: string, input: GroupInput): Promise<GroupView> =>
    call(groupSchema, "PUT", `/v1/groups/${groupId}`, input),
  /** The change stream's answer, to be read until it ends. */
  changes: (signal: AbortSignal): Promise<Response> =>
    platform.fetch("/v1/changes", { headers: { accept: "text/event-stream" }, signal }),
}
