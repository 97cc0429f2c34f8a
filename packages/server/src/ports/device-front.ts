import type { KnownDevice } from "./device-door.ts"

/** A request of a device, as it came. */
export type FrontRequest = {
  readonly method: string
  /** Path alone, as it was written. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Stands for the connection that it came on. */
  readonly connection: object
  /** Somebody stands between, so that one connection may carry requests of several devices. */
  readonly isConnectionShared: boolean
  /** Where the device found us, such as `https://calendar.example.org`. */
  readonly origin: string
  readonly requestId: string
  /** Ends when the device has gone. */
  readonly signal: AbortSignal
}

export type FrontAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** In pieces as they come where the answer goes on. */
  readonly body: string | AsyncIterable<string>
}

/** Who asks, or how they are told to prove it. */
export type FrontSignIn =
  | { readonly kind: "device"; readonly device: KnownDevice }
  /** `isGuess`: something was given, and it was wrong. */
  | { readonly kind: "refused"; readonly isGuess: boolean; readonly answer: FrontAnswer }

/** A way in which devices ask for the calendar of their room, in words of their own. */
export interface DeviceFront {
  /** Where devices ask; capitals do not count. */
  readonly paths: readonly string[]
  /** Throws Problem "unavailable" where it cannot be said who asks. */
  signIn(request: FrontRequest): Promise<FrontSignIn>
  /** The answer, errors included, in the front's own words; throws for bugs alone. */
  answer(request: FrontRequest, device: KnownDevice): Promise<FrontAnswer>
  /** What a device is told that asks too often, or while nothing can be answered. */
  busy(retryAt: Temporal.Instant): FrontAnswer
  /** This device was changed or taken away: what goes on for it ends. */
  shut(deviceId: string): void
  /** Forgets everything and ends what goes on. */
  stop(): void
}
