import type { Messages } from "../messages.ts"
import type { DeviceRow } from "./device-making.ts"
import { grouped } from "./device-text.ts"

type Words = Pick<Messages, "deviceLists" | "video" | "problems">

/** What comes of it or, once all is over, came of it. */
export function comesText(row: DeviceRow, words: Words, isOver: boolean): string {
  const text = words.deviceLists
  const { found, outcome } = row
  if (found.outcome === "refused") return text.refused[found.code]
  if (found.outcome === "known") return text.here(found.name, found.roomName)
  if (outcome?.outcome === "known") return text.hereNow
  if (outcome?.outcome === "refused") return refusalText(outcome.code, words)
  if (isOver && outcome === null) return text.notAdded
  const what = outcome === null ? text.becomes : text.added
  return [what, certificateText(row, words)].filter((part) => part !== null).join(" · ")
}

function certificateText({ listed, shown, outcome }: DeviceRow, words: Words): string | null {
  const text = words.deviceLists
  if (outcome?.outcome === "added" && outcome.device.certificate !== null) return text.pinned
  if (listed.input.certificate !== null) return text.given
  if (shown === null) return null
  if (shown.outcome === "refused") return refusalText(shown.code, words)
  if (shown.certificate.isTrusted) return text.trusted
  return outcome === null ? text.shows(grouped(shown.certificate.sha256)) : text.notPinned
}

/** What a system, or else the service, refused. */
const refusalText = (code: string, { video, problems }: Words): string =>
  video.problems[code] ?? problems[code] ?? video.problems.unavailable ?? ""
