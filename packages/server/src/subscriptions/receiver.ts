import type { ProviderName } from "@kalends/domain/ids"
import type { CalendarProvider, HookRequest, Notice } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { NoticeLog } from "../ports/job-queue.ts"
import type { Metrics } from "../ports/metrics.ts"
import { createAnnounce } from "./announce.ts"
import type { HookSecrets, NoticeSubject } from "./hook-secret.ts"

export type ReceiverDeps = {
  readonly providers: ReadonlyMap<ProviderName, CalendarProvider>
  readonly secrets: HookSecrets
  readonly notices: NoticeLog
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: Metrics
}

export type HookAnswer = { readonly kind: "handshake"; readonly text: string } | { readonly kind: "accepted" }

/** Deliveries remembered, to do nothing for one that is replayed. */
const fingerprintsMost = 50_000

/**
 * Receives providers' notifications: verify each item, mark its calendar due, answer when that is durable, then tell the
 * clients. A notice carries no instruction beyond "look". Whatever is forged, unknown, replayed or not understood is
 * answered like the rest and does nothing.
 */
export function createReceiver({ providers, secrets, notices: noticeLog, fanOut, clock, metrics }: ReceiverDeps) {
  const announce = createAnnounce({ notices: noticeLog, fanOut, clock, metrics })
  const seen = createFingerprints(fingerprintsMost)
  const byName: ReadonlyMap<string, CalendarProvider> = providers

  function read(provider: string, notice: Notice): NoticeSubject | null {
    const subject = secrets.read(notice.secret)
    const outcome =
      subject === null
        ? "forged"
        : seen.has(notice.fingerprint)
          ? "replayed"
          : notice.kind === "armed"
            ? "armed"
            : "accepted"
    metrics.count("hook_notices_total", { provider, outcome })
    // What is forged belongs to nobody: a stranger writes into no organisation's figures.
    if (subject !== null && outcome === "accepted")
      metrics.countFor({ accountId: subject.accountId, provider }, "notices-received")
    if (subject !== null && outcome === "replayed")
      metrics.countFor({ accountId: subject.accountId, provider }, "notices-replayed")
    return outcome === "accepted" ? subject : null
  }

  return {
    /** Throws Problem "unavailable" when the marks could not be made durable: the provider is to send again. */
    async receive(name: string, request: HookRequest): Promise<HookAnswer> {
      const noticedAtMs = clock.now().epochMilliseconds
      const provider = byName.get(name)
      const recognised = provider?.push?.recognise(request) ?? { kind: "unrecognised" as const }
      if (recognised.kind === "handshake") return recognised
      if (recognised.kind === "unrecognised")
        metrics.count("hook_notices_total", { provider: provider?.name ?? "unknown", outcome: "unrecognised" })
      const notices = recognised.kind === "notices" ? recognised.notices : []
      const accepted = notices.flatMap((notice) => {
        const subject = read(name, notice)
        return subject === null ? [] : [{ provider: name, notice, subject }]
      })
      if (accepted.length === 0) return { kind: "accepted" }
      const durableAtMs = await announce(accepted, noticedAtMs)
      metrics.observeSeconds("hook_accept_seconds", (durableAtMs - noticedAtMs) / 1000)
      for (const { notice } of accepted) seen.add(notice.fingerprint)
      return { kind: "accepted" }
    },
  }
}

export type Receiver = ReturnType<typeof createReceiver>

/**
 * The last `most` fingerprints or more, at most twice as many: a generation is forgotten as a whole, for taking the oldest
 * from a set one by one gets slower with each that is gone.
 */
function createFingerprints(most: number) {
  let young = new Set<string>()
  let old = new Set<string>()
  return {
    has: (fingerprint: string) => young.has(fingerprint) || old.has(fingerprint),
    add(fingerprint: string) {
      if (young.size >= most) {
        old = young
        young = new Set()
      }
      young.add(fingerprint)
    },
  }
}
