import type { SimulatorPlatform } from "../platform.ts"
import type { SimResponse } from "../server.ts"
import { createdXml, failure, type Refusal, refusals, success } from "./answers.ts"
import type { BbbMeeting, BbbMeetings, Idle, Role } from "./meetings.ts"

export type Reach = {
  readonly platform: SimulatorPlatform
  readonly meetings: BbbMeetings
  /** Of the server's configuration; a meeting may have its own. */
  readonly idleMinutes: Idle
}

/** The meeting that a call names, or why there is none. */
export function findMeeting(meetings: BbbMeetings, params: URLSearchParams): BbbMeeting | Refusal {
  const id = params.get("meetingID")?.trim() ?? ""
  return id === "" ? refusals.noMeetingId : (meetings.find(id) ?? refusals.notFound)
}

/**
 * `create`: asked again with the passwords it has, or without any, it says so and changes nothing; with other passwords
 * the id is taken (ApiController.groovy). After a meeting has ended the same id makes another one.
 */
export function create({ platform, meetings, idleMinutes }: Reach, params: URLSearchParams): SimResponse {
  const meetingId = params.get("meetingID")?.trim() ?? ""
  const refusal = refusalOf(params, meetingId)
  if (refusal !== null) return failure(refusal)
  const present = meetings.find(meetingId)
  if (present !== null && present.endedAt === null) {
    if (!isSame(present, params)) return failure(refusals.taken)
    return success({
      ...createdXml(present),
      messageKey: "duplicateWarning",
      message: "This conference was already in existence and may currently be in progress.",
    })
  }
  const number = (name: string, otherwise: number) => Number(params.get(name) ?? otherwise)
  const meeting = meetings.create({
    meetingId,
    name: params.get("name") ?? "",
    attendeePassword: params.get("attendeePW") ?? platform.token("").slice(0, 8),
    moderatorPassword: params.get("moderatorPW") ?? platform.token("").slice(0, 8),
    voiceBridge: number("voiceBridge", 10_000 + Math.floor(platform.fraction() * 90_000)),
    durationMinutes: number("duration", 0),
    isRecorded: params.get("record") === "true",
    maxUsers: number("maxParticipants", 0),
    logoutUrl: params.get("logoutURL") ?? "/",
    metadata: Object.fromEntries(
      [...params].flatMap(([name, value]) => (name.startsWith("meta_") ? [[name.slice(5).toLowerCase(), value]] : [])),
    ),
    idleMinutes: {
      ifNobodyJoined: number("meetingExpireIfNoUserJoinedInMinutes", idleMinutes.ifNobodyJoined),
      whenAllLeft: number("meetingExpireWhenLastUserLeftInMinutes", idleMinutes.whenAllLeft),
    },
  })
  return success({ ...createdXml(meeting), messageKey: null, message: null })
}

const numbers = [
  "voiceBridge",
  "duration",
  "maxParticipants",
  "meetingExpireIfNoUserJoinedInMinutes",
  "meetingExpireWhenLastUserLeftInMinutes",
]

function refusalOf(params: URLSearchParams, meetingId: string): Refusal | null {
  const name = params.get("name") ?? ""
  if (meetingId === "") return refusals.noMeetingId
  if (meetingId.length < 2 || meetingId.length > 256 || meetingId.includes(",")) return refusals.badMeetingId
  if (name === "") return refusals.noName
  if (name.length < 2 || name.length > 256) return refusals.badName
  const passwords = [params.get("attendeePW"), params.get("moderatorPW")].filter((one) => one !== null)
  if (passwords.some(({ length }) => length < 2 || length > 64)) return refusals.badPassword
  return numbers.some((field) => !/^\d*$/.test(params.get(field) ?? "")) ? refusals.badNumber : null
}

function isSame({ attendeePassword, moderatorPassword }: BbbMeeting, params: URLSearchParams): boolean {
  const attendee = params.get("attendeePW") ?? attendeePassword
  const moderator = params.get("moderatorPW") ?? moderatorPassword
  return attendee === attendeePassword && moderator === moderatorPassword
}

/** `end`; the moderator's password is asked for no more. */
export function end({ meetings }: Reach, params: URLSearchParams): SimResponse {
  const found = findMeeting(meetings, params)
  if ("key" in found) return failure(found)
  meetings.end(found)
  return success({
    messageKey: "sentEndMeetingRequest",
    message:
      "A request to end the meeting was sent.  Please wait a few seconds, and then use the getMeetingInfo or isMeetingRunning API calls to verify that it was ended.",
  })
}

/**
 * `join`: the browser is led into the meeting, or with redirect=false told where it is. A role overrides a password;
 * one of them must be given. A refusal leads to the logout address, with the reason in it.
 */
export function join({ platform, meetings }: Reach, params: URLSearchParams, origin: string): SimResponse {
  const found = findMeeting(meetings, params)
  const isRedirected = params.get("redirect") !== "false"
  const refuse = (refusal: Refusal): SimResponse => {
    if (!isRedirected) return failure(refusal)
    const url = new URL(params.get("errorRedirectUrl") ?? ("key" in found ? "/" : found.logoutUrl), origin)
    url.searchParams.set("errors", JSON.stringify([refusal]))
    return { status: 302, headers: { location: url.href } }
  }
  if ("key" in found) return refuse(found)
  const role = roleOf(found, params)
  const refusal = refusalToJoin(found, params) ?? (role === null ? refusals.noRole : null)
  if (refusal !== null || role === null) return refuse(refusal ?? refusals.noRole)
  const internalUserId = `w_${platform.token("").slice(0, 12).toLowerCase()}`
  const fullName = params.get("fullName") ?? ""
  meetings.join(found, { userId: params.get("userID") ?? internalUserId, fullName, role })
  const session = platform.token("").slice(0, 16).toLowerCase()
  const url = `${origin}/html5client/?sessionToken=${session}`
  if (isRedirected) return { status: 302, headers: { location: url } }
  return success({
    messageKey: "successfullyJoined",
    message: "You have joined successfully.",
    meeting_id: found.internalId,
    user_id: internalUserId,
    auth_token: platform.token("").slice(0, 12).toLowerCase(),
    session_token: session,
    guestStatus: "ALLOW",
    url,
  })
}

function refusalToJoin(meeting: BbbMeeting, params: URLSearchParams): Refusal | null {
  if ((params.get("fullName") ?? "").trim() === "") return refusals.noFullName
  const createTime = params.get("createTime")
  if (createTime !== null && createTime !== String(meeting.createdAt.epochMilliseconds)) return refusals.otherCreateTime
  if (meeting.endedAt !== null) return refusals.ended
  return meeting.maxUsers > 0 && meeting.attendees.length >= meeting.maxUsers ? refusals.full : null
}

function roleOf({ moderatorPassword, attendeePassword }: BbbMeeting, params: URLSearchParams): Role | null {
  const role = params.get("role")?.toUpperCase()
  if (role === "MODERATOR" || role === "VIEWER") return role
  const password = params.get("password")
  if (password === moderatorPassword) return "MODERATOR"
  return password === attendeePassword ? "VIEWER" : null
}
