import type { Access } from "@kalends/domain/access"
import type { ProviderCalendarId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ListenInput, StreamNotice, StreamSource } from "../ports/calendar-provider.ts"

export const memorySilenceMs = 120_000

/** Notices on their way; whoever adds one, or says that it failed or is closed, wakes the reader. */
export type NoticeQueue = { readonly waiting: StreamNotice[]; failure: Problem | null; wake: () => void }

type OpenStream = NoticeQueue & { readonly calendarIds: readonly ProviderCalendarId[] }

/** What comes into a queue, as it comes, until it is closed or failed. */
export async function* noticesOf(queue: NoticeQueue, isOpen: () => boolean): AsyncGenerator<StreamNotice, void, void> {
  while (isOpen()) {
    const next = queue.waiting.shift()
    if (next !== undefined) yield next
    else if (queue.failure !== null) throw queue.failure
    else
      await new Promise<void>((resolve) => {
        queue.wake = resolve
      })
  }
}

/** Streams of notices in memory. `admit` throws for an access that opens nothing. */
export function createMemoryStreams(admit: (access: Access) => void) {
  const open = new Set<OpenStream>()

  async function* listen({ access, calendarIds, signal }: ListenInput): AsyncGenerator<StreamNotice, void, void> {
    admit(access)
    const stream: OpenStream = { calendarIds, waiting: [{ kind: "listening" }], failure: null, wake: () => {} }
    const wake = () => stream.wake()
    signal.addEventListener("abort", wake)
    open.add(stream)
    try {
      yield* noticesOf(stream, () => !signal.aborted)
    } finally {
      open.delete(stream)
      signal.removeEventListener("abort", wake)
    }
  }

  const tellEach = (notice: StreamNotice, isMeant: (stream: OpenStream) => boolean) => {
    for (const stream of open) {
      if (!isMeant(stream)) continue
      stream.waiting.push(notice)
      stream.wake()
    }
  }

  const source: StreamSource = { perStreamMost: 10, silenceMostMs: memorySilenceMs, listen }
  return {
    source,
    openCount: () => open.size,
    tell: (calendarId: ProviderCalendarId, kind: "changed" | "missed" | "removed" = "changed") =>
      tellEach({ kind, calendarId }, ({ calendarIds }) => calendarIds.includes(calendarId)),
    beat: () => tellEach({ kind: "alive" }, () => true),
    /** Ends every open stream with this problem. */
    cut(problem = new Problem("unavailable", "The stream was cut off.")): void {
      for (const stream of open) {
        stream.failure = problem
        stream.wake()
      }
    },
  }
}
