import type { ProviderCalendarId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { HeldAccess } from "../ports/access-broker.ts"
import type { StreamNotice, StreamSource } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import { openingMostMs } from "./listen-pace.ts"
import { unlessAborted, untilAborted } from "./until-aborted.ts"

export type Following = {
  readonly source: StreamSource
  readonly calendarIds: readonly ProviderCalendarId[]
  readonly access: () => Promise<HeldAccess>
  /** Aborting it ends all; so does the end of the first stream. */
  readonly controller: AbortController
  readonly clock: Clock
}

/** A notice about a calendar. */
export type CalendarNotice = Exclude<StreamNotice, { readonly kind: "listening" | "alive" }>

export type Heard = {
  /** Every stream listens. Awaited before more is read of the last one. */
  readonly listening: () => Promise<void>
  /** A sign of life of any kind. */
  readonly sign: () => void
  readonly notice: (notice: CalendarNotice) => void
}

/**
 * Follows the streams of one connection, as many as its calendars need, until the first of them ends. Throws what ended it,
 * the controller's reason included, and Problem "unavailable" when it does not begin to listen or falls silent.
 */
export async function followStreams(following: Following, heard: Heard): Promise<void> {
  const { source, calendarIds, controller } = following
  const { signal } = controller
  const watch = watchSilence(following)
  try {
    const access = await unlessAborted(following.access(), signal)
    const shares = sharesOf(calendarIds, source.perStreamMost)
    let waitingFor = shares.length
    const take = async (notice: StreamNotice) => {
      watch.sign()
      heard.sign()
      if (notice.kind === "listening" && --waitingFor === 0) {
        watch.isOpen()
        await heard.listening()
      } else if (notice.kind !== "listening" && notice.kind !== "alive") heard.notice(notice)
      if (notice.kind === "removed")
        throw new Problem("unavailable", "The calendar service has ended its notices.", { code: "stream-removed" })
    }
    const streams = shares.map(async (share) => {
      for await (const notice of untilAborted(source.listen({ access, calendarIds: share, signal }), signal))
        await take(notice)
    })
    await firstEnd(streams, controller)
  } finally {
    watch.stop()
  }
}

/** Aborts what does not begin to listen, or tells nothing for too long. */
function watchSilence({ source: { silenceMostMs }, controller, clock }: Following) {
  let isOpen = false
  let sinceMs = clock.now().epochMilliseconds
  let cancel = () => {}
  const look = () => {
    const leftMs = (isOpen ? silenceMostMs : openingMostMs) - (clock.now().epochMilliseconds - sinceMs)
    if (leftMs > 0) cancel = clock.after(leftMs, look)
    else
      controller.abort(new Problem("unavailable", "The calendar service has fallen silent.", { code: "stream-silent" }))
  }
  look()
  return {
    /** While it opens, nothing that it says gives it more time. */
    sign: () => {
      if (isOpen) sinceMs = clock.now().epochMilliseconds
    },
    isOpen: () => {
      isOpen = true
      sinceMs = clock.now().epochMilliseconds
      cancel()
      look()
    },
    stop: () => cancel(),
  }
}

/** The end of the first one, with which all end. */
async function firstEnd(streams: readonly Promise<void>[], controller: AbortController): Promise<void> {
  try {
    await Promise.race(streams)
  } finally {
    controller.abort()
    await Promise.allSettled(streams)
  }
}

function sharesOf<Item>(items: readonly Item[], most: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, index) =>
    items.slice(index * most, (index + 1) * most),
  )
}
