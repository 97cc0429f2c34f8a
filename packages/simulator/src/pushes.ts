import type { Knobs } from "./knobs.ts"
import type { SimulatorPlatform } from "./platform.ts"
import { createReceiverHealth } from "./receiver-health.ts"

/** A notification on its way. Items for the same address that arise together go out in one request. */
export type Push = {
  readonly url: string
  readonly rules: DeliveryRules
  readonly content:
    | { readonly kind: "whole"; readonly headers: Readonly<Record<string, string>> }
    | { readonly kind: "item"; readonly item: object }
  /** Told when it is given up. */
  readonly onLost?: () => void
}

/** What one provider takes for an answer, and how long it tries. */
export type DeliveryRules = {
  readonly timeoutMs: number
  /** An answer later than this does not count. */
  readonly promptMs: number
  readonly isTaken: (status: number) => boolean
  readonly isRetried: (status: number) => boolean
  readonly retryForMs: number
  readonly punishesSlowness: boolean
}

/** Any 2xx within 3 s; otherwise again and again for up to 4 hours (MSG change-notifications-delivery-webhooks.md). */
export const graphRules: DeliveryRules = {
  timeoutMs: 10_000,
  promptMs: 3_000,
  isTaken: (status) => status >= 200 && status < 300,
  isRetried: () => true,
  retryForMs: 4 * 3_600_000,
  punishesSlowness: true,
}

/** Tried again after 500, 502, 503 and 504 only; any other answer is the end (calendar/api/guides/push). */
export const googleRules: DeliveryRules = {
  timeoutMs: 10_000,
  promptMs: 10_000,
  isTaken: (status) => [102, 200, 201, 202, 204].includes(status),
  isRetried: (status) => [500, 502, 503, 504].includes(status),
  retryForMs: 3_600_000,
  punishesSlowness: false,
}

const firstRetryMs = 2_000
const penaltyMs = 10 * 60_000

/** What became of notifications so far: at once, never, or late; and how many of those that went out went out twice. */
export type PushFates = { sent: number; dropped: number; doubled: number; delayed: number }

type Outgoing = {
  readonly url: string
  readonly rules: DeliveryRules
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly beganAtMs: number
  readonly lost: () => void
}

/** Sends notifications with the tenant's faults: dropped, doubled, late, out of order; by the simulator's clock. */
export function createPushes(platform: SimulatorPlatform, knobs: (tenantId: string) => Knobs) {
  const held: Push[] = []
  const together = new Map<string, Push[]>()
  const underWay = new Set<Promise<void>>()
  const fates = new Map<string, PushFates>()
  /** What waits for its time: the work, and how to call it off. */
  const waiting = new Map<() => void, () => void>()
  const health = createReceiverHealth(platform)
  const nowMs = () => platform.now().epochMilliseconds

  function later(delayMs: number, work: () => void): void {
    const once = () => {
      waiting.delete(once)
      work()
    }
    waiting.set(once, platform.after(delayMs, once))
  }

  function begin(outgoing: Outgoing, attempt: number): void {
    const sending = send(outgoing, attempt).finally(() => underWay.delete(sending))
    underWay.add(sending)
  }

  async function send(outgoing: Outgoing, attempt: number): Promise<void> {
    const { url, rules, headers, body, beganAtMs } = outgoing
    const sentAtMs = nowMs()
    const answer = await platform.post(url, headers, body, rules.timeoutMs)
    const tookMs = nowMs() - sentAtMs
    if (rules.punishesSlowness && answer !== null) health.record(url, tookMs)
    if (answer !== null && rules.isTaken(answer.status) && tookMs <= rules.promptMs) return
    const waitMs = firstRetryMs * 2 ** attempt
    const mayRetry = answer === null || rules.isTaken(answer.status) || rules.isRetried(answer.status)
    if (!mayRetry || nowMs() + waitMs - beganAtMs > rules.retryForMs) return outgoing.lost()
    later(waitMs, () => begin(outgoing, attempt + 1))
  }

  /** Items wait until the present piece of work is done, so that what arises together is sent together. */
  function enqueue(push: Push): void {
    const { url, rules, content, onLost } = push
    if (content.kind === "whole")
      return begin(
        { url, rules, headers: content.headers, body: "", beganAtMs: nowMs(), lost: onLost ?? (() => {}) },
        0,
      )
    const known = together.get(url)
    if (known !== undefined) return void known.push(push)
    together.set(url, [push])
    queueMicrotask(() => flush(url))
  }

  function flush(url: string): void {
    const pushes = together.get(url) ?? []
    together.delete(url)
    const [first] = pushes
    if (first === undefined) return
    const value = pushes.flatMap(({ content }) => (content.kind === "item" ? [content.item] : []))
    const lost = () => pushes.forEach(({ onLost }) => onLost?.())
    const headers = { "content-type": "application/json" }
    begin({ url, rules: first.rules, headers, body: JSON.stringify({ value }), beganAtMs: nowMs(), lost }, 0)
  }

  function delayOf({ url, rules }: Push, fault: Knobs): number | "never" {
    const penalty = fault.slowReceiver === "none" && rules.punishesSlowness ? health.penalty(url) : fault.slowReceiver
    if (penalty === "dropped") return "never"
    const isLate = fault.delayPushesMs > 0 && (fault.delayShare >= 1 || platform.fraction() < fault.delayShare)
    const delayMs = isLate ? fault.delayPushesMs * platform.fraction() : 0
    return penalty === "delayed" ? delayMs + penaltyMs : delayMs
  }

  function fatesOf(tenantId: string): PushFates {
    const known = fates.get(tenantId) ?? { sent: 0, dropped: 0, doubled: 0, delayed: 0 }
    fates.set(tenantId, known)
    return known
  }

  return {
    fatesOf: (tenantId: string): Readonly<PushFates> => ({ ...fatesOf(tenantId) }),
    push(tenantId: string, push: Push): void {
      const fault = knobs(tenantId)
      const fate = fatesOf(tenantId)
      if (fault.dropPushes > 0 && platform.fraction() < fault.dropPushes) return void fate.dropped++
      if (fault.reorderPushes && held.length === 0) return void held.push(push)
      const delayMs = delayOf(push, fault)
      if (delayMs === "never") return void fate.dropped++
      const isDoubled = fault.doublePushes > 0 && platform.fraction() < fault.doublePushes
      const copies = isDoubled ? [push, push] : [push]
      if (isDoubled) fate.doubled++
      if (delayMs > 0) fate.delayed++
      else fate.sent++
      for (const copy of [...copies, ...held.splice(0)]) {
        if (delayMs > 0) later(delayMs, () => enqueue(copy))
        else enqueue(copy)
      }
    },
    /** Sends at once what is held back or waits for its time, and resolves when all that was sent is answered. */
    async deliver(): Promise<void> {
      for (const [work, cancel] of [...waiting]) {
        cancel()
        work()
      }
      for (const late of held.splice(0)) enqueue(late)
      for (const url of [...together.keys()]) flush(url)
      while (underWay.size > 0) await Promise.all(underWay)
    },
    /** No timer outlives the simulator. */
    close(): void {
      for (const cancel of waiting.values()) cancel()
      waiting.clear()
    },
  }
}

export type Pushes = ReturnType<typeof createPushes>
