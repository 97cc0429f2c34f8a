import { parseAccountId, parseCalendarId, parseProviderName, parseSubscriptionId } from "@kalends/domain/ids"
import { createProcessFanOut } from "../platform/process-fan-out.ts"
import type { CalendarProvider, HookRequest, Notice, Recognition } from "../ports/calendar-provider.ts"
import type { Hint } from "../ports/fan-out.ts"
import type { Job, NoticeLog } from "../ports/job-queue.ts"
import { createHookSecrets, type HookSubject } from "../subscriptions/hook-secret.ts"
import { createReceiver } from "../subscriptions/receiver.ts"
import { countingMetrics } from "./engine.ts"
import { fakeClock } from "./fake-clock.ts"
import { seededRandom } from "./seeded-random.ts"

/** A notice in a body of this world's own making: a JSON list of them. */
export type SentNotice = Notice

/** The receiver with one provider, whose bodies are JSON lists of notices and whose handshake is ?hello=. */
export function hookWorld() {
  const random = seededRandom(11)
  const clock = fakeClock()
  const metrics = countingMetrics()
  const secrets = createHookSecrets(random.bytes(32))
  const fanOut = createProcessFanOut()
  const jobs: Job[] = []
  const state = { isFailing: false }
  const notices: NoticeLog = {
    async append(added) {
      if (state.isFailing) throw new Error("the database is away")
      jobs.push(...added)
    },
  }
  const name = parseProviderName("memory")
  const provider = { name, push: { recognise } } as unknown as CalendarProvider
  const receiver = createReceiver({ providers: new Map([[name, provider]]), secrets, notices, fanOut, clock, metrics })
  const hints: Hint[] = []
  const subject = (): HookSubject => {
    const made = {
      accountId: parseAccountId(random.uuid()),
      calendarId: parseCalendarId(random.uuid()),
      subscriptionId: parseSubscriptionId(random.uuid()),
    }
    fanOut.listen({ kind: "calendar", accountId: made.accountId, calendarId: made.calendarId }, (hint) =>
      hints.push(hint),
    )
    return made
  }
  return { clock, metrics, secrets, jobs, state, receiver, hints, subject }
}

function recognise({ query, body }: HookRequest): Recognition {
  if (query.hello !== undefined) return { kind: "handshake", text: query.hello }
  try {
    return { kind: "notices", notices: JSON.parse(Buffer.from(body).toString("utf8")) as Notice[] }
  } catch {
    return { kind: "unrecognised" }
  }
}

/** A request with these notices in it. */
export function hookRequestOf(notices: readonly SentNotice[]): HookRequest {
  return { method: "POST", path: "", query: {}, headers: {}, body: Buffer.from(JSON.stringify(notices)) }
}
