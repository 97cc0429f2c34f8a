/**
 * Content-free numbers about how the service does: counters, and spreads (histograms) of times. None of them says anything
 * of a user, a calendar or an event; each belongs to an organisation and a provider, for a minute, an hour or a day.
 * They are kept by their place in these lists: new ones go to the end, and none is taken out or moved.
 */
export const figureCounters = [
  // Notifications of providers.
  "notices-received",
  "notices-replayed",
  "hints-sent",
  // Passes, by what made them due.
  "passes-by-hint",
  "passes-by-timer",
  "passes-to-repair",
  "passes-failed",
  "changes-found",
  "changes-unannounced",
  // How long calendars were watched, in seconds, and how often one was looked at later than promised.
  "seconds-watched",
  "looks-late",
  // Accesses: answered from what is stored, by a refresh that somebody else began, by a refresh.
  "accesses-stored",
  "accesses-shared",
  "accesses-refreshed",
  "refreshes-failed",
  "accesses-handed-over",
  "grants-lost",
  "grants-mended",
  "subscriptions-armed",
  "subscriptions-renewed",
  "subscriptions-lost",
  "subscriptions-failed",
] as const
export type FigureCounter = (typeof figureCounters)[number]

export const figureSpreads = [
  // From the arrival of a notice to the hint that it led to.
  "own-share",
  // From the change in the provider's calendar, by the provider's clock, to the arrival of its notice.
  "provider-lag",
  // How old what was known of a calendar had become when it was looked at again.
  "known-age",
  // From the last good answer to the notice that the grant is dead: how long it can have been dead.
  "grant-silence",
] as const
export type FigureSpread = (typeof figureSpreads)[number]

export const figureMeasures = [...figureCounters, ...figureSpreads] as const
export type FigureMeasure = FigureCounter | FigureSpread

/** Slots of every spread but the last, which takes all that is longer: up to 2^27 ms, some 37 hours. */
export const slotLast = 55

/** The longest time of a slot, in milliseconds: two slots for each doubling, from 1 ms on. Infinity for the last. */
export function slotBoundMs(slot: number): number {
  if (slot >= slotLast) return Number.POSITIVE_INFINITY
  // Every other bound is a whole power of two, and exactly that.
  return slot % 2 === 0 ? 2 ** (slot / 2) : Math.SQRT2 * 2 ** ((slot - 1) / 2)
}

/** The slot of a time; below a millisecond (and for clocks that disagree, below zero) the first. */
export function slotOfMs(ms: number): number {
  if (!(ms > 1)) return 0
  const near = Math.min(slotLast, Math.max(0, Math.ceil(2 * Math.log2(ms))))
  // The logarithm may be a hair off at a bound.
  if (near > 0 && ms <= slotBoundMs(near - 1)) return near - 1
  return ms > slotBoundMs(near) ? near + 1 : near
}

/** How often each slot was counted. */
export type SlotCounts = ReadonlyMap<number, number>

export function addedSlots(all: Iterable<SlotCounts>): SlotCounts {
  const sum = new Map<number, number>()
  for (const counts of all) for (const [slot, count] of counts) sum.set(slot, (sum.get(slot) ?? 0) + count)
  return sum
}

export function totalOf(counts: SlotCounts): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}

/**
 * The time that `share` of those counted did not exceed, in milliseconds, guessed within the slot that it lies in; null
 * where nothing was counted. For what is in the last slot, its lower bound.
 */
export function quantileMs(counts: SlotCounts, share: number): number | null {
  const total = totalOf(counts)
  if (total === 0) return null
  const rank = Math.max(1, Math.ceil(share * total))
  let before = 0
  for (const slot of [...counts.keys()].sort((a, b) => a - b)) {
    const count = counts.get(slot) ?? 0
    if (before + count >= rank) return withinSlot(slot, (rank - before) / count)
    before += count
  }
  return null
}

function withinSlot(slot: number, part: number): number {
  if (slot === 0) return 1
  const lower = slotBoundMs(slot - 1)
  return slot >= slotLast ? lower : lower + (slotBoundMs(slot) - lower) * part
}
