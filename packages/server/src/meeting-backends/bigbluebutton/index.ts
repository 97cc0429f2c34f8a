import { createHmac } from "node:crypto"
import { ownCodePattern } from "@kalends/domain/join-link"
import { isProblem } from "@kalends/domain/problem"
import type { Entrant, GuestRule, MeetingBackend, MeetingDoor } from "../../ports/meeting-backend.ts"
import { codeOf, faceless } from "../own-codes.ts"
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

const codeShape = new RegExp(`^${ownCodePattern}$`)
const guestPolicies = { enter: "ALWAYS_ACCEPT", wait: "ASK_MODERATOR", refuse: "ALWAYS_DENY" } as const

/**
 * Meetings on a BigBlueButton server, which knows one only while it runs. What lasts is ours: a code of 120 bits, drawn of
 * the key, that is the end of our page's address and the meeting's name there. Titles and times stay here.
 */
export function createBigBlueButtonBackend(deps: BigBlueButtonDeps, options: BigBlueButtonOptions): MeetingBackend {
  const calls = createBigBlueButtonCalls(deps, options)
  const drawn = (what: string) => createHmac("sha256", deps.codes).update(`bigbluebutton ${what}`).digest()
  const codeFor = (key: string) => codeOf(drawn(`code ${key}`))
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
    ...faceless,
    name: "bigbluebutton",
    door,
    async create({ key }) {
      const backendId = codeFor(key)
      return { backendId, joinUrl: urlOf(backendId) }
    },
    find: async (key) => codeFor(key),
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
