import { createHmac } from "node:crypto"
import type { Knobs } from "../knobs.ts"
import type { SimulatorPlatform } from "../platform.ts"
import type { ZoomEvent } from "./events.ts"
import type { ZoomUser } from "./meeting.ts"

/** An event subscription of the application. */
export type Subscription = {
  readonly url: string
  /** "Secret token". */
  readonly secret: string
  isActive: boolean
  failedValidations: number
}

/** An answer within three seconds counts; after none or a 5xx again after 5, 20 and 60 minutes, and no more. */
const promptMs = 3_000
const retriesMinutes = [5, 20, 60]
/** An endpoint is validated every 72 hours and switched off after six failures in a row. */
const failuresMost = 6

/** `x-zm-signature` (developers.zoom.us/docs/api/webhooks, "Verify webhook events"); the timestamp in whole seconds. */
export function signed(secret: string, body: string, at: Temporal.Instant): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.epochMilliseconds / 1_000))
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")
  return {
    "content-type": "application/json; charset=utf-8",
    "x-zm-request-timestamp": timestamp,
    "x-zm-signature": `v0=${signature}`,
  }
}

export type WebhookOptions = {
  readonly accountId: string
  /** Who is said to have done what the application did. */
  readonly operator: () => ZoomUser | null
  readonly knobs: Knobs
}

/** Zoom's notifications with the faults of the knobs: dropped, doubled, late, out of order. */
export function createWebhooks(platform: SimulatorPlatform, { accountId, operator, knobs }: WebhookOptions) {
  const subscriptions: Subscription[] = []
  const held: (() => void)[] = []
  const underWay = new Set<Promise<void>>()
  const waiting = new Map<() => void, () => void>()
  const sent: string[] = []

  function later(delayMs: number, work: () => void): void {
    const once = () => {
      waiting.delete(once)
      work()
    }
    waiting.set(once, platform.after(delayMs, once))
  }

  function begin(subscription: Subscription, body: string, attempt: number): void {
    const sending = send(subscription, body, attempt).finally(() => underWay.delete(sending))
    underWay.add(sending)
  }

  async function send(subscription: Subscription, body: string, attempt: number): Promise<void> {
    const { url, secret, isActive } = subscription
    if (!isActive) return
    const answer = await platform.post(url, signed(secret, body, platform.now()), body, promptMs)
    if (answer !== null && answer.status < 500) return
    const minutes = retriesMinutes[attempt]
    if (minutes !== undefined) later(minutes * 60_000, () => begin(subscription, body, attempt + 1))
  }

  /** "endpoint.url_validation": the receiver proves that it knows the secret. */
  async function validate(subscription: Subscription): Promise<void> {
    const plainToken = platform.token("").slice(0, 22)
    const at = platform.now()
    const body = JSON.stringify({
      event: "endpoint.url_validation",
      event_ts: at.epochMilliseconds,
      payload: { plainToken },
    })
    const answer = await platform.post(subscription.url, signed(subscription.secret, body, at), body, promptMs)
    const encryptedToken = createHmac("sha256", subscription.secret).update(plainToken).digest("hex")
    const isValid = answer?.status === 200 && isSame(answer.text, { plainToken, encryptedToken })
    subscription.failedValidations = isValid ? 0 : subscription.failedValidations + 1
    if (subscription.failedValidations >= failuresMost) subscription.isActive = false
  }

  function dispatch(work: () => void): void {
    if (knobs.dropPushes > 0 && platform.fraction() < knobs.dropPushes) return
    if (knobs.reorderPushes && held.length === 0) return void held.push(work)
    const isLate = knobs.delayPushesMs > 0 && (knobs.delayShare >= 1 || platform.fraction() < knobs.delayShare)
    const delayMs = isLate ? knobs.delayPushesMs * platform.fraction() : 0
    const isDoubled = knobs.doublePushes > 0 && platform.fraction() < knobs.doublePushes
    for (const copy of [work, ...(isDoubled ? [work] : []), ...held.splice(0)])
      if (delayMs > 0) later(delayMs, copy)
      else copy()
  }

  return {
    /** What was told, in order: names of events. */
    sent: (): readonly string[] => [...sent],
    /** Adds an endpoint; false, and nothing is sent to it, when it does not pass validation. */
    async subscribe(url: string, secret: string): Promise<boolean> {
      const subscription = { url, secret, isActive: true, failedValidations: 0 }
      await validate(subscription)
      if (subscription.failedValidations > 0) return false
      subscriptions.push(subscription)
      return true
    },
    /** What Zoom does every 72 hours; says which endpoints are still told of events. */
    async revalidate(): Promise<readonly string[]> {
      for (const subscription of subscriptions) await validate(subscription)
      return subscriptions.filter(({ isActive }) => isActive).map(({ url }) => url)
    },
    emit({ name, host, reach, object, old }: ZoomEvent): void {
      const by = operator() ?? host
      const at = platform.now().epochMilliseconds
      const body = JSON.stringify({
        event: name,
        event_ts: at,
        payload: {
          account_id: accountId,
          operator: by.email,
          operator_id: by.id,
          ...reach,
          ...(name === "meeting.updated" ? { time_stamp: at } : {}),
          object,
          ...(old === undefined ? {} : { old_object: old }),
        },
      })
      sent.push(name)
      for (const subscription of subscriptions) dispatch(() => begin(subscription, body, 0))
    },
    /** Sends at once what is held back or waits for its time, and resolves when all of it is answered. */
    async deliver(): Promise<void> {
      for (const [work, cancel] of [...waiting]) {
        cancel()
        work()
      }
      for (const work of held.splice(0)) work()
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close(): void {
      for (const cancel of waiting.values()) cancel()
      waiting.clear()
    },
  }
}

function isSame(text: string, wanted: { readonly plainToken: string; readonly encryptedToken: string }): boolean {
  try {
    const given: unknown = JSON.parse(text)
    if (typeof given !== "object" || given === null) return false
    const { plainToken, encryptedToken }: { plainToken?: unknown; encryptedToken?: unknown } = given
    return plainToken === wanted.plainToken && encryptedToken === wanted.encryptedToken
  } catch {
    return false
  }
}
