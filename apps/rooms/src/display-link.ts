import { beatsPerHeard, type DisplayMessage, displayBeatSeconds, type Pairing } from "@kalends/protocol/display"
import { afterMessage, type DisplayState, nothingKnown } from "./display-state.ts"
import type { DeviceTime } from "./service-time.ts"

/** The service, as a screen asks it. Whatever is not answered throws. */
export interface DisplayService {
  beginPairing(): Promise<Pairing>
  pairingState(token: string): Promise<"waiting" | "paired" | "over">
  /** Resolves when the stream ends, or at once with "refused" where the token opens nothing any more. */
  listen(token: string, hear: (message: DisplayMessage) => void, signal: AbortSignal): Promise<"ended" | "refused">
  /** Says that the stream is heard. */
  heard(token: string): Promise<void>
}

/** Where the screen's token is kept: the one thing that outlives the page. */
export interface TokenKeeper {
  token(): string | null
  keep(token: string): void
  forget(): void
}

export type LinkWorld = {
  readonly service: DisplayService
  readonly keeper: TokenKeeper
  readonly device: () => DeviceTime
  readonly after: (delayMs: number, callback: () => void) => () => void
  /** In [0, 1). */
  readonly fraction: () => number
}

const retryLeastMs = 1_000
const retryMostMs = 60_000
/** Beats that may stay away before a stream counts as dead. */
const beatsMissedMost = 3
/** How long a stream may take to say its first word. */
const helloMs = 20_000

/** How long to wait after so many failures in a row: twice as long each time, and never all screens at once. */
export function retryMs(failures: number, fraction: number): number {
  return Math.min(retryMostMs, retryLeastMs * 2 ** Math.min(failures, 10)) * (0.5 + fraction)
}

/**
 * Keeps a screen in touch with the service, whatever happens. no token → pairing → paired ⇄ lost; a token that is refused
 * leads back to pairing, and nothing else does. What was told is kept while the link is lost.
 */
export function createDisplayLink(world: LinkWorld) {
  const { service, keeper, device, after, fraction } = world
  const listeners = new Set<() => void>()
  let state: DisplayState = { ...nothingKnown, phase: keeper.token() === null ? "pairing" : "starting" }
  let failures = 0
  // One life is under way at a time: what an earlier one still hears is let go.
  let life = new AbortController()

  function change(next: DisplayState): void {
    state = next
    for (const listener of listeners) listener()
  }

  function begin(): AbortSignal {
    life.abort()
    life = new AbortController()
    return life.signal
  }

  /** Within the life that is under way. */
  function later(delayMs: number, work: () => void): void {
    const cancel = after(delayMs, work)
    life.signal.addEventListener("abort", cancel, { once: true })
  }

  function retry(work: () => void): void {
    later(retryMs(failures, fraction()), work)
    failures += 1
  }

  async function pair(): Promise<void> {
    const signal = begin()
    try {
      const pairing = await service.beginPairing()
      if (signal.aborted) return
      failures = 0
      change({ ...nothingKnown, pairing })
      const leftMs = Temporal.Instant.from(pairing.now)
        .until(Temporal.Instant.from(pairing.expiresAt))
        .total("milliseconds")
      later(leftMs, () => void pair())
      poll(pairing, signal)
    } catch {
      if (!signal.aborted) retry(() => void pair())
    }
  }

  /** Asks until the code is typed or over. A question without an answer is asked again. */
  function poll(pairing: Pairing, signal: AbortSignal): void {
    later(pairing.pollSeconds * 1000, async () => {
      const found = await service.pairingState(pairing.token).catch(() => "waiting" as const)
      if (signal.aborted) return
      if (found === "waiting") return poll(pairing, signal)
      if (found === "over") return void pair()
      keeper.keep(pairing.token)
      change({ ...nothingKnown, phase: "starting" })
      void listen(pairing.token)
    })
  }

  /** A message that cannot be understood is passed over: what is known grows old, which is shown. */
  function told(message: DisplayMessage, askedTicksMs: number): DisplayState {
    try {
      return afterMessage(state, { message, device: device(), askedTicksMs })
    } catch {
      return state
    }
  }

  async function listen(token: string): Promise<void> {
    const signal = begin()
    const askedTicksMs = device().ticksMs
    let beats = 0
    let disarm = after(helloMs, lost)
    let callOff = () => {}
    signal.addEventListener(
      "abort",
      () => {
        disarm()
        callOff()
      },
      { once: true },
    )

    /** Whatever ended it: what is known stays, and the service is asked again. */
    function lost(): void {
      if (signal.aborted) return
      change({ ...state, isLinked: false })
      begin()
      retry(() => void listen(token))
    }

    /** Within the time of a beat: all screens of a node hear it at once. What does not arrive is made up for by the next. */
    function sayHeard(): void {
      service.heard(token).catch(() => {})
    }

    function hear(message: DisplayMessage): void {
      if (signal.aborted) return
      if (message.kind === "removed") return unpair()
      if (message.kind === "hello") failures = 0
      change(told(message, askedTicksMs))
      const beatMs = (state.hello?.beatSeconds ?? displayBeatSeconds) * 1000
      disarm()
      disarm = after(beatMs * beatsMissedMost, lost)
      if (message.kind !== "beat") return
      beats += 1
      if (beats % beatsPerHeard === 0) callOff = after(beatMs * fraction(), sayHeard)
    }

    try {
      const outcome = await service.listen(token, hear, signal)
      if (outcome === "refused" && !signal.aborted) unpair()
      else lost()
    } catch {
      lost()
    }
  }

  function unpair(): void {
    keeper.forget()
    change(nothingKnown)
    void pair()
  }

  return {
    get state(): DisplayState {
      return state
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start(): void {
      const token = keeper.token()
      if (token === null) void pair()
      else void listen(token)
    },
    /** Lets go of all that was told, where it seems to be what cannot be drawn, and asks anew. */
    startOver(): void {
      const token = keeper.token()
      change({ ...nothingKnown, phase: token === null ? "pairing" : "starting" })
      this.start()
    },
    stop(): void {
      life.abort()
    },
  }
}
export type DisplayLink = ReturnType<typeof createDisplayLink>
