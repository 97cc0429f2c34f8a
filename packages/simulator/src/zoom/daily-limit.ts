import type { SimulatorPlatform } from "../platform.ts"
import type { SimResponse } from "../server.ts"
import { zoomError } from "./errors.ts"
import type { ZoomUser } from "./meeting.ts"

/**
 * "100 requests per day. The rate limit is applied against the userId of the meeting host", creations and updates of
 * all of a host's meetings together, from midnight to midnight GMT. The answer, and that it has no `Retry-After`, as
 * shown at devforum.zoom.us/t/18928.
 */
export function createDailyLimit(platform: SimulatorPlatform, most: number) {
  const counts = new Map<ZoomUser, { readonly date: string; count: number }>()
  const today = () => platform.now().toZonedDateTimeISO("UTC").toPlainDate().toString()

  return {
    /** Counts one; the refusal when it is one too many. */
    take(host: ZoomUser): SimResponse | null {
      const date = today()
      const known = counts.get(host)
      const used = known?.date === date ? known : { date, count: 0 }
      counts.set(host, used)
      if (used.count >= most) return refusal(most)
      used.count++
      return null
    },
    used: (host: ZoomUser): number => {
      const known = counts.get(host)
      return known?.date === today() ? known.count : 0
    },
  }
}

const refusal = (most: number): SimResponse =>
  zoomError(
    429,
    429,
    `You have exceeded the daily rate limit (${most}) of Meeting Create/Update API requests permitted for this particular user. You may resume these requests at GMT 00:00:00.`,
    { "x-ratelimit-limit": "6000", "x-ratelimit-remaining": "5893" },
  )
