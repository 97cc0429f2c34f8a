import type { KeyAction, KeysView, KeyWorkView } from "@kalends/protocol/keys"

/** How far the work on the keys is; rate and time left once two looks tell them. */
export type KeyProgress = {
  readonly percent: number
  readonly perSecond: number | null
  readonly secondsLeft: number | null
}

/** `before`: an earlier look at the same work. */
export function progressOfKeys(
  now: KeyWorkView,
  at: string,
  before: { work: KeyWorkView; at: string } | null,
): KeyProgress {
  const percent = now.total === 0 ? (now.state === "done" ? 100 : 0) : Math.min(100, (100 * now.done) / now.total)
  const isSame = before !== null && before.work.startedAt === now.startedAt && now.state === "running"
  const seconds = isSame ? (Date.parse(at) - Date.parse(before.at)) / 1000 : 0
  const done = isSame ? now.done - before.work.done : 0
  if (seconds <= 0 || done <= 0) return { percent, perSecond: null, secondsLeft: null }
  const perSecond = done / seconds
  return { percent, perSecond, secondsLeft: Math.max(0, now.total - now.done) / perSecond }
}

/** What can be done about the keys as they stand. */
export function keyActions({ work, dataKeys }: KeysView): readonly KeyAction[] {
  if (work?.state === "running") return ["pause"]
  if (work?.state === "paused") return ["resume"]
  return dataKeys.some(({ destroyedAt }) => destroyedAt === null) ? ["rotate", "rewrap"] : []
}

export type KeyConcern = "away" | "grace-over" | "refused" | "former-in-use" | "former-free" | null

/** The one thing about custody that the administrator should know first. */
export function keyConcern({ custodians, at }: KeysView): KeyConcern {
  const current = custodians.find(({ role }) => role === "current")
  if (current?.state === "away")
    return current.graceEndsAt !== null && Date.parse(current.graceEndsAt) < Date.parse(at) ? "grace-over" : "away"
  if (current?.state === "refuses") return "refused"
  const former = custodians.filter(({ role }) => role === "former")
  if (former.some(({ keyCount }) => keyCount > 0)) return "former-in-use"
  // The key file is always there: it has other uses.
  return former.some(({ name }) => name !== "key-file") ? "former-free" : null
}

/** The key-encryption keys under which copies of destroyed data keys may be in backups. */
export function keysInBackups({ dataKeys }: KeysView): readonly string[] {
  return [
    ...new Set(dataKeys.filter(({ destroyedAt }) => destroyedAt !== null).map(({ custodyKeyId }) => custodyKeyId)),
  ]
}
