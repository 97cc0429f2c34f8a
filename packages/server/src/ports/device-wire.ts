import type { DeviceAddress } from "./device-family.ts"

/** The certificate that a device shows, for a person to compare with what the device says of itself. */
export type ShownCertificate = {
  /** SHA-256, in lower-case hexadecimal. */
  readonly sha256: string
  readonly subject: string
  readonly issuer: string
  readonly validUntil: Temporal.Instant
  /** Whether it need not be pinned: the system trusts who issued it, and it is for this address. */
  readonly isTrusted: boolean
}

export type DeviceRequest = {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** Messages with a device. */
export interface DeviceSocket {
  send(text: string): void
  onMessage(listener: (text: string) => void): void
  /** Resolves when it is gone, whoever ended it. */
  readonly ended: Promise<void>
  close(): void
}

/**
 * Lines to devices: TLS alone, and not a byte is sent before the certificate is the pinned one or a trusted one. Throws
 * Problem "unavailable" where nothing answers; "forbidden" with code "device-address" where the address is in no network of
 * devices, "certificate-changed" where the certificate is not the pinned one, "certificate-untrusted" where none is pinned
 * and the system does not trust it.
 */
export interface DeviceWire {
  /** What is shown there. Nothing is sent. */
  certificateOf(address: string, signal: AbortSignal): Promise<ShownCertificate>
  request(
    to: DeviceAddress,
    request: DeviceRequest,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: string }>
  /** Throws Problem "unsupported" (code "no-web-socket") where it answers, but not so; "auth-revoked" on 401. */
  webSocket(
    to: DeviceAddress,
    wanted: { readonly path: string; readonly protocol: string },
    signal: AbortSignal,
  ): Promise<DeviceSocket>
}
