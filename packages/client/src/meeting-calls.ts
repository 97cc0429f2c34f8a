import {
  type MeetingChangeInput,
  type MeetingDetail,
  type MeetingView,
  meetingDetailSchema,
  meetingSchema,
  meetingsSchema,
  type NewMeetingInput,
} from "@kalends/protocol/meetings"
import type { ServiceApi } from "./service-api.ts"

/** Runs a call for whoever is signed in, with a signal that ends with their session; it throws Problem. */
export type Ask = <Answer>(work: (signal: AbortSignal) => Promise<Answer>) => Promise<Answer>

/** Pages of 100: nobody has more meetings that matter today. */
const pagesMost = 10

/** Meetings of the signed-in person: made, changed and cancelled at the service, which writes the calendar. Throws Problem. */
export function createMeetingCalls({ call, send }: Pick<ServiceApi, "call" | "send">, ask: Ask) {
  const one = (meetingId: string) => `/v1/meetings/${encodeURIComponent(meetingId)}`
  return {
    /** The newest first, at most a thousand. */
    list: (): Promise<readonly MeetingView[]> =>
      ask(async (signal) => {
        const all: MeetingView[] = []
        let before: string | null = null
        for (let page = 0; page < pagesMost; page++) {
          const path: string = before === null ? "/v1/meetings" : `/v1/meetings?${new URLSearchParams({ before })}`
          const answer = await call(meetingsSchema, { method: "GET", path, signal })
          all.push(...answer.meetings)
          before = answer.before
          if (before === null) break
        }
        return all
      }),
    /** With what its event says now, and why it is as it is. */
    detail: (meetingId: string): Promise<MeetingDetail> =>
      ask((signal) => call(meetingDetailSchema, { method: "GET", path: one(meetingId), signal })),
    /** Asked again with the same key, it makes nothing and answers the first. */
    create: (input: NewMeetingInput): Promise<MeetingView> =>
      ask((signal) => call(meetingSchema, { method: "POST", path: "/v1/meetings", body: input, signal })),
    /** Problem "conflict" when the event is not as last read any more. */
    change: (meetingId: string, input: MeetingChangeInput): Promise<MeetingDetail> =>
      ask((signal) => call(meetingDetailSchema, { method: "PATCH", path: one(meetingId), body: input, signal })),
    cancel: (meetingId: string): Promise<void> =>
      ask(async (signal) => void (await send({ method: "DELETE", path: one(meetingId), signal }))),
    /** Somebody joined: the link lives on from now. */
    started: (meetingId: string): Promise<void> =>
      ask(async (signal) => void (await send({ method: "POST", path: `${one(meetingId)}/started`, signal }))),
  }
}

export type MeetingCalls = ReturnType<typeof createMeetingCalls>
