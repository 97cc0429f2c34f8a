import { createHmac } from "node:crypto"
import { isProblem } from "@kalends/domain/problem"
import { scheduleText } from "@kalends/domain/schedule"
import type { Entrant, GuestRule, MeetingBackend, MeetingDoor } from "../../ports/meeting-backend.ts"
import { type BigBlueButtonCallsDeps, type BigBlueButtonSettings, createBigBlueButtonCalls } from "./calls.ts"

export type BigBlueButtonDeps = BigBlueButtonCallsDeps & {
  /** Of which codes and passwords are drawn. */
  readonly codes: Uint8Array
}

export type BigBlueButtonOptions = BigBlueButtonSettings & {
  readonly guests: GuestRule
  /** Where this service is; join links are pages of it. */
  readonly publicUrl: string
}

const codeChars = 24
const codeShape = /^[a-z2-7]{24}$/
/** RFC 4648 base 32, in lower case, as the built-in meetings have it. */
const letters = "abcdefghijklmnopqrstuvwxyz234567"
const guestPolicies = { enter: "ALWAYS_ACCEPT", wait: "ASK_MODERATOR", refuse: "ALWAYS_DENY" } as const

/**
 * Meetings on a BigBlueButton server, which knows one only while it runs. What lasts is ours: a code of 120 bits, drawn of
 * the key, that is the end of our page's address and the meeting's name there. Titles and times stay here.
 */
export function createBigBlueButtonBackend(deps: BigBlueButtonDeps, options: BigBlueButtonOptions): MeetingBackend {
  const calls = createBigBlueButtonCalls(deps, options)
  const drawn = (what: string) => createHmac("sha256", deps.codes).update(`bigbluebutton ${what}`).digest()
  const codeFor = (key: string) =>
    Array.from(drawn(`code ${key}`).subarray(0, codeChars), (byte) => letters[byte % 32]).join("")
  const passwordOf = (role: string, code: string) => drawn(`${role} ${code}`).toString("base64url").slice(0, 32)
  const page = new URL(`${options.publicUrl}/m/`)
  const urlOf = (code: string) => `${page.href}${code}`

  const door: MeetingDoor = {
    origin: calls.origin,
    guests: options.guests,
    async enter(code, { name, entrant, title }) {
      const { createTime, isFirst } = await calls.create({
        meetingID: code,
        name: title,
        attendeePW: passwordOf("attendee", code),
        moderatorPW: passwordOf("moderator", code),
        guestPolicy: guestPolicies[options.guests],
        logoutURL: urlOf(code),
      })
      const url = calls.joinAddress({ meetingID: code, fullName: name, createTime, ...roleOf(entrant) })
      return { url, isFirst }
    },
  }

  return {
    name: "bigbluebutton",
    limits: { isEditableElsewhere: false, keepsFace: false },
    door,
    async create({ key }) {
      const backendId = codeFor(key)
      return { backendId, joinUrl: urlOf(backendId) }
    },
    find: async (key) => codeFor(key),
    fetch: async () => null,
    shown: ({ topic, schedule }) => ({ topic, schedule: scheduleText(schedule) }),
    update: async () => {},
    /** Who is in it is put out; mostly it is not running, and there is nothing to end. */
    async end(code) {
      await calls.end({ meetingID: code, password: passwordOf("moderator", code) }).catch((error: unknown) => {
        if (!isProblem(error, "not-found")) throw error
      })
    },
    recognise(link) {
      if (link.origin !== page.origin || !link.pathname.startsWith(page.pathname)) return null
      const code = link.pathname.slice(page.pathname.length).replace(/\/$/, "")
      return codeShape.test(code) ? code : null
    },
    joinUrl: async (code) => urlOf(code),
  }
}

/** "guest" is sent for guests only: the documents say not to send it otherwise. */
function roleOf(entrant: Entrant): Readonly<Record<string, string>> {
  if (entrant === "owner") return { role: "MODERATOR" }
  return entrant === "guest" ? { role: "VIEWER", guest: "true" } : { role: "VIEWER" }
}
