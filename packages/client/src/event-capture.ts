import type { PolicyValues } from "@kalends/domain/policy"
import { ownPolicySchema } from "@kalends/protocol/policy"
import type { ClientPlatform } from "./platform.ts"
import type { ServiceApi } from "./service-api.ts"

type Capture = PolicyValues["eventCapture"]
type EventCaptureDeps = { readonly api: Pick<ServiceApi, "call">; readonly platform: Pick<ClientPlatform, "now"> }

/** How long an answer holds, so that a busy calendar does not ask at each change. */
const holdsMinutes = 5

/** Whether policy lets this client hold what an event has of mail. Off where the service does not say. */
export function createEventCapture({ api, platform }: EventCaptureDeps) {
  let known: { readonly value: Capture; readonly until: Temporal.Instant } | null = null
  return async (signal: AbortSignal): Promise<Capture> => {
    const now = platform.now()
    if (known !== null && Temporal.Instant.compare(now, known.until) < 0) return known.value
    const value = await api.call(ownPolicySchema, { method: "GET", path: "/v1/policy", signal }).then(
      ({ settings }) => settings.eventCapture.value,
      () => null,
    )
    known = value === null ? null : { value, until: now.add({ minutes: holdsMinutes }) }
    return value ?? "off"
  }
}
