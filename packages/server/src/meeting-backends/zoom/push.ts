import { createHmac, timingSafeEqual } from "node:crypto"
import { text, wire } from "@kalends/readers/parse"
import type { MeetingPush, MeetingRecognition } from "../../ports/meeting-push.ts"

/** Of the signature's age, to either side; Zoom names no bound of its own. */
export const toleranceSeconds = 300
/** What Zoom sends has 22 characters. A colon must not be among them: a token is signed like a notification. */
const plainToken = /^[\w=+/-]{1,200}$/
const meetingNumber = /^\d{9,12}$/
const events = ["meeting.updated", "meeting.deleted"]
const handshake = "endpoint.url_validation"

/**
 * Zoom's event subscriptions. `secret`: the subscription's secret token. The answer to a validation shows what the token
 * signs a text of the asker's choice with: only asked by somebody who knows the token already, and never of a text that
 * could be a notification, so that nobody gets a signature of us.
 */
export function createZoomPush(secret: string): MeetingPush {
  const hash = (...parts: readonly (string | Uint8Array)[]) =>
    parts.reduce((hmac, part) => hmac.update(part), createHmac("sha256", secret)).digest("hex")

  return {
    recognise({ headers, body }, now): MeetingRecognition {
      const timestamp = headers["x-zm-request-timestamp"] ?? ""
      const wanted = Buffer.from(`v0=${hash(`v0:${timestamp}:`, body)}`)
      const given = Buffer.from(headers["x-zm-signature"] ?? "")
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return { kind: "forged" }
      const ageSeconds = now.epochMilliseconds / 1_000 - Number(timestamp)
      if (!/^\d{1,12}$/.test(timestamp) || Math.abs(ageSeconds) > toleranceSeconds) return { kind: "stale" }
      const { event, payload } = read(body)
      if (event === handshake) {
        const token = text(payload?.plainToken) ?? ""
        return plainToken.test(token)
          ? { kind: "handshake", text: JSON.stringify({ plainToken: token, encryptedToken: hash(token) }) }
          : { kind: "unrecognised" }
      }
      const id = String(wire(payload?.object)?.id ?? "")
      return events.includes(event) && meetingNumber.test(id)
        ? { kind: "changed", backendIds: [id] }
        : { kind: "unrecognised" }
    },
  }
}

function read(body: Uint8Array) {
  try {
    const told = wire(JSON.parse(Buffer.from(body).toString("utf8")))
    return { event: text(told?.event) ?? "", payload: wire(told?.payload) }
  } catch {
    return { event: "", payload: null }
  }
}
