import { type ChangeMessage, changeMessageSchema, heartbeatSeconds } from "@kalends/protocol/changes"
import { createStreamParser } from "./event-stream.ts"
import type { ClientPlatform } from "./platform.ts"
import type { ServiceApi } from "./service-api.ts"

type ListenerEvents = {
  readonly onMessage: (message: ChangeMessage) => void
  readonly onState: (state: { readonly stream: "connecting" | "live" }) => void
  /** The service no longer knows this session. */
  readonly onSignedOut: () => void
}

/** Silence for this many heartbeats means that the stream is dead. */
const heartbeatsMissed = 3
const firstRetryMs = 1_000
const longestRetryMs = 60_000

/** A change stream that is opened and closed as somebody signs in and out. */
export function createChangeStream(api: ServiceApi, platform: ClientPlatform, events: ListenerEvents) {
  let line: { close(): void } | null = null
  let isWanted = false

  function end(): void {
    line?.close()
    line = null
  }
  function open(): void {
    end()
    isWanted = true
    line = listenForChanges(api, platform, events)
  }

  return {
    open,
    close(): void {
      isWanted = false
      end()
    },
    /** Does what gives the session another token: whatever is under way with the former one would be taken for signed out. */
    async without(work: () => Promise<void>): Promise<void> {
      end()
      try {
        await work()
      } finally {
        if (isWanted) open()
      }
    },
  }
}

/**
 * Listens to the change stream until it is closed: reconnects with growing, jittered pauses, tells the service the last
 * watermark it saw, and takes silence for a broken line.
 */
function listenForChanges(api: ServiceApi, platform: ClientPlatform, events: ListenerEvents): { close(): void } {
  let isClosed = false
  let watermarkMs: number | null = null
  let failures = 0
  let abort = new AbortController()
  let cancelRetry = () => {}

  function retry(): void {
    if (isClosed) return
    events.onState({ stream: "connecting" })
    const pauseMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 10)) * (0.5 + platform.fraction())
    failures++
    cancelRetry = platform.after(pauseMs, () => void connect())
  }

  function receive(text: string): void {
    const parsed = changeMessageSchema.safeParse(parseJson(text))
    // A kind of a newer protocol is not for us.
    if (!parsed.success) return
    watermarkMs = Math.max(watermarkMs ?? 0, parsed.data.watermarkMs)
    if (parsed.data.kind === "hello") {
      failures = 0
      events.onState({ stream: "live" })
    }
    events.onMessage(parsed.data)
  }

  async function connect(): Promise<void> {
    if (isClosed) return
    abort = new AbortController()
    const line = abort
    try {
      const response = await api.changes(watermarkMs, line.signal)
      if (isClosed) return
      if (response.status === 401) return events.onSignedOut()
      if (!response.ok || response.body === null) return retry()
      await readAll(response.body, line)
    } catch {
      // Broken or silent: tried again below.
    }
    if (!isClosed) retry()
  }

  async function readAll(body: ReadableStream<Uint8Array>, line: AbortController): Promise<void> {
    const parse = createStreamParser()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    let cancelSilence = () => {}
    const watch = () => {
      cancelSilence()
      cancelSilence = platform.after(heartbeatsMissed * heartbeatSeconds * 1000, () => line.abort())
    }
    const stopped = new Promise<null>((resolve) =>
      line.signal.addEventListener("abort", () => resolve(null), { once: true }),
    )
    try {
      for (watch(); !isClosed; watch()) {
        const part = await Promise.race([reader.read(), stopped])
        if (part === null || part.done) return
        for (const { data } of parse(decoder.decode(part.value, { stream: true }))) receive(data)
      }
    } finally {
      cancelSilence()
      void reader.cancel().catch(() => {})
    }
  }

  events.onState({ stream: "connecting" })
  void connect()
  return {
    close() {
      isClosed = true
      cancelRetry()
      abort.abort()
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
