import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"

/** The work's answer, or Problem "unavailable" when none came in time. The work itself may go on; nobody waits for it. */
export async function within<Result>(clock: Clock, timeoutMs: number, work: () => Promise<Result>): Promise<Result> {
  let cancel = () => {}
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(timeoutMs, () =>
      reject(new Problem("unavailable", "The calendar service does not answer.", { code: "timeout" })),
    )
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    cancel()
  }
}
