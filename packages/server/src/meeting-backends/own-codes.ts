import { scheduleText } from "@kalends/domain/schedule"
import type { MeetingBackend } from "../ports/meeting-backend.ts"

/** RFC 4648 base 32, in lower case: no two letters that a person on the phone mixes up with digits. */
const letters = "abcdefghijklmnopqrstuvwxyz234567"
const codeChars = 24

/** A code that nobody can guess (`ownCodePattern` in domain/join-link), of at least 24 random bytes: five bits of each, 120 in all. */
export function codeOf(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, codeChars), (byte) => letters[byte % 32]).join("")
}

/** What is the same of all services that meetings need not be registered with: they know neither titles nor times. */
export const faceless: Pick<MeetingBackend, "limits" | "fetch" | "shown" | "update"> = {
  limits: { isEditableElsewhere: false, keepsFace: false },
  fetch: async () => null,
  shown: ({ topic, schedule }) => ({ topic, schedule: scheduleText(schedule) }),
  update: async () => {},
}
