/** Two clocks of the device, neither of which is trusted alone. */
export type DeviceTime = {
  /** Counts up evenly; may stand still while the device sleeps. */
  readonly ticksMs: number
  /** What the device takes for the time; may be wrong, and jump. */
  readonly wallMs: number
}

/** When the service told its time. */
export type TimeMark = DeviceTime & { readonly serviceMs: number }

/**
 * How long ago something was, by the clock that says the most: one that stood still, or was set back, must not make what is
 * old look new. One that was set forward makes it look older than it is, which a screen says honestly, until it is told the
 * time again.
 */
export function elapsedMs(since: DeviceTime, device: DeviceTime): number {
  return Math.max(0, device.ticksMs - since.ticksMs, device.wallMs - since.wallMs)
}

/** The service's time, as far as this device can tell. */
export function serviceNow(mark: TimeMark, device: DeviceTime): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(Math.round(mark.serviceMs + elapsedMs(mark, device)))
}

/** Clocks that are this far apart are not both right. */
const apartMs = 60_000

/**
 * What else the time may be: by the clock that says the least, where the two are apart. A clock that was set forward must not
 * end the meeting that is on.
 */
export function serviceNowAtLeast(mark: TimeMark, device: DeviceTime): Temporal.Instant {
  const [ticks, wall] = [device.ticksMs - mark.ticksMs, device.wallMs - mark.wallMs]
  const least = Math.abs(ticks - wall) < apartMs ? elapsedMs(mark, device) : Math.max(0, Math.min(ticks, wall))
  return Temporal.Instant.fromEpochMilliseconds(Math.round(mark.serviceMs + least))
}

/** A first mark: the service said its time at some point after it was asked, so that the answer is older by up to that. */
export function firstMark(said: Temporal.Instant, askedTicksMs: number, device: DeviceTime): TimeMark {
  const waitedMs = Math.max(0, device.ticksMs - askedTicksMs)
  return { ...device, serviceMs: said.epochMilliseconds + waitedMs }
}

/**
 * A later mark of the same stream. A message may have been held up on its way, so that it does not turn the time back: since
 * the last mark at least as much time went by as the ticks counted.
 */
export function nextMark(mark: TimeMark, said: Temporal.Instant, device: DeviceTime): TimeMark {
  const counted = mark.serviceMs + Math.max(0, device.ticksMs - mark.ticksMs)
  return { ...device, serviceMs: Math.max(said.epochMilliseconds, counted) }
}
