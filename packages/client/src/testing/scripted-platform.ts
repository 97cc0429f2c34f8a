import type { ClientPlatform } from "../platform.ts"

type Timer = { readonly atMs: number; readonly callback: () => void }

export type Asked = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How an outside call fails. */
export type Fault = "throws" | "answers 500" | "hangs"

/** A platform whose clock stands still until it is moved, on a service and a provider that a test scripts. */
export function scriptedPlatform(answer: (asked: Asked) => Response) {
  let nowMs = Date.parse("2026-11-23T09:00:00Z")
  const timers = new Set<Timer>()
  const asked: Asked[] = []
  const open = new Set<ReadableStreamDefaultController<Uint8Array>>()
  const script = { fraction: 0.5, failing: null as { readonly call: number; readonly fault: Fault } | null }
  const encoder = new TextEncoder()

  function stream(signal: AbortSignal | null | undefined): Response {
    let own: ReadableStreamDefaultController<Uint8Array> | null = null
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        own = controller
        open.add(controller)
      },
      cancel() {
        if (own !== null) open.delete(own)
      },
    })
    signal?.addEventListener("abort", () => {
      if (own === null || !open.delete(own)) return
      own.error(new Error("aborted"))
    })
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  }

  const platform: ClientPlatform = {
    now: () => Temporal.Instant.fromEpochMilliseconds(nowMs),
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    fraction: () => script.fraction,
    async fetch(url, init) {
      const request: Asked = {
        method: init.method ?? "GET",
        url,
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === "string" ? init.body : "",
      }
      asked.push(request)
      if (script.failing?.call === asked.length) {
        const { fault } = script.failing
        if (fault === "throws") throw new TypeError("the line was cut")
        if (fault === "answers 500") return new Response("no", { status: 500 })
        await new Promise((_resolve, reject) => {
          init.signal?.addEventListener("abort", () => reject(new Error("aborted")))
          // In place of the client's own limit, which runs on the real clock.
          platform.after(60_000, () => reject(new Error("timed out")))
        })
      }
      return url.endsWith("/v1/changes") ? stream(init.signal) : answer(request)
    },
    digest: async (text) => `digest of ${text}`,
  }

  return {
    platform,
    asked,
    script,
    /** Sends messages down every open change stream, in one piece. */
    tell(...messages: readonly object[]): void {
      const text = messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join("")
      for (const controller of open) controller.enqueue(encoder.encode(text))
    },
    cut(): void {
      for (const controller of open) controller.close()
      open.clear()
    },
    /** Moves time on, running what falls due. */
    async advance(seconds: number): Promise<void> {
      await settled()
      const untilMs = nowMs + seconds * 1000
      for (;;) {
        const [next] = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (next === undefined) break
        nowMs = Math.max(nowMs, next.atMs)
        timers.delete(next)
        next.callback()
        await settled()
      }
      nowMs = untilMs
      await settled()
    },
    /** Timers that wait and streams that are open: none after a clean end. */
    left: () => ({ timers: timers.size, streams: open.size }),
  }
}

/** Lets everything run that needs no time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
