import type { SimResponse } from "../server.ts"
import type { BbbMeeting } from "./meetings.ts"
import { type XmlChildren, xmlResponse } from "./xml.ts"

const asXml = { "content-type": "text/xml;charset=utf-8", "cache-control": "no-cache" }

/** Refusals are answers like others: 200, `FAILED`, a key that stays and a text that may change. */
export type Refusal = { readonly key: string; readonly message: string }

export const success = (children: XmlChildren): SimResponse => ({
  status: 200,
  headers: asXml,
  body: xmlResponse({ returncode: "SUCCESS", ...children }),
})

export const failure = ({ key, message }: Refusal): SimResponse => ({
  status: 200,
  headers: asXml,
  body: xmlResponse({ returncode: "FAILED", messageKey: key, message }),
})

/** Keys and texts of the documents and of bbb-web's constraints. */
export const refusals = {
  checksum: { key: "checksumError", message: "Checksums do not match" },
  unsupported: { key: "unsupportedRequest", message: "This request is not supported." },
  noMeetingId: { key: "missingParamMeetingID", message: "You must provide a meeting ID" },
  badMeetingId: { key: "validationError", message: "Meeting ID must be between 2 and 256 characters, without ','" },
  noName: { key: "missingParamName", message: "You must provide a meeting name" },
  badName: { key: "validationError", message: "Meeting name must be between 2 and 256 characters" },
  badPassword: { key: "validationError", message: "Password must be between 2 and 64 characters" },
  badNumber: { key: "validationError", message: "Value must be an integral number" },
  taken: {
    key: "idNotUnique",
    message: "A meeting already exists with that meeting ID.  Please use a different meeting ID.",
  },
  notFound: { key: "notFound", message: "A meeting with that ID does not exist" },
  ended: { key: "meetingForciblyEnded", message: "You can not join a meeting that has already been forcibly ended" },
  noFullName: { key: "missingParamFullName", message: "You must provide your name" },
  noRole: {
    key: "invalidPassword",
    message:
      "You either did not supply a password or the password supplied is neither the attendee or moderator password for this conference.",
  },
  otherCreateTime: {
    key: "mismatchCreateTimeParam",
    message: "The createTime parameter submitted mismatches with the current meeting.",
  },
  full: {
    key: "maxParticipantsReached",
    message: "The number of participants allowed for this meeting has been reached.",
  },
} as const satisfies Readonly<Record<string, Refusal>>

/** "Mon Jul 09 17:03:29 UTC 2018", as Java writes it. */
function javaDate(at: Temporal.Instant): string {
  const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  const local = at.toZonedDateTimeISO("UTC")
  const time = local.toPlainTime().toString({ smallestUnit: "second" })
  const day = String(local.day).padStart(2, "0")
  return `${days[local.dayOfWeek - 1]} ${months[local.month - 1]} ${day} ${time} UTC ${local.year}`
}

/** The answer to `create`. */
export function createdXml(meeting: BbbMeeting): XmlChildren {
  return {
    meetingID: meeting.meetingId,
    internalMeetingID: meeting.internalId,
    parentMeetingID: "bbb-none",
    attendeePW: meeting.attendeePassword,
    moderatorPW: meeting.moderatorPassword,
    createTime: meeting.createdAt.epochMilliseconds,
    voiceBridge: meeting.voiceBridge,
    dialNumber: "613-555-1234",
    createDate: javaDate(meeting.createdAt),
    hasUserJoined: meeting.hasUserJoined,
    duration: meeting.durationMinutes,
    hasBeenForciblyEnded: meeting.endedAt !== null,
  }
}

/** A meeting as `getMeetingInfo` and `getMeetings` tell it. */
export function meetingXml(meeting: BbbMeeting): XmlChildren {
  const { attendees, createdAt, endedAt } = meeting
  return {
    meetingName: meeting.name,
    meetingID: meeting.meetingId,
    internalMeetingID: meeting.internalId,
    createTime: createdAt.epochMilliseconds,
    createDate: javaDate(createdAt),
    voiceBridge: meeting.voiceBridge,
    dialNumber: "613-555-1234",
    attendeePW: meeting.attendeePassword,
    moderatorPW: meeting.moderatorPassword,
    running: isRunning(meeting),
    duration: meeting.durationMinutes,
    hasUserJoined: meeting.hasUserJoined,
    recording: meeting.isRecorded,
    hasBeenForciblyEnded: endedAt !== null,
    startTime: createdAt.epochMilliseconds,
    endTime: endedAt?.epochMilliseconds ?? 0,
    participantCount: attendees.length,
    listenerCount: 0,
    voiceParticipantCount: 0,
    videoCount: 0,
    maxUsers: meeting.maxUsers,
    moderatorCount: attendees.filter(({ role }) => role === "MODERATOR").length,
    attendees: { attendee: attendees.map(attendeeXml) },
    metadata: meeting.metadata,
    isBreakout: false,
  }
}

const attendeeXml = ({ userId, fullName, role }: BbbMeeting["attendees"][number], index: number): XmlChildren => ({
  userID: userId,
  fullName,
  role,
  isPresenter: index === 0,
  isListeningOnly: false,
  hasJoinedVoice: false,
  hasVideo: false,
  clientType: "HTML5",
  customdata: null,
})

/** Running is a meeting with somebody in it. */
export const isRunning = ({ attendees, endedAt }: BbbMeeting): boolean => endedAt === null && attendees.length > 0
