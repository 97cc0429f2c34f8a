import type { Knobs } from "./knobs.ts"
import type { SimulatorPlatform } from "./platform.ts"

export type Push = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }

const answerWithinMs = 3_000
const retriesMost = 3
const retryAfterMs = 2_000

/**
 * Sends notifications with the tenant's faults: dropped, doubled, late, out of order. A receiver that answers 5xx or not at
 * all gets it again a few times.
 */
export function createPushes(platform: SimulatorPlatform, knobs: (tenantId: string) => Knobs) {
  const held: Push[] = []
  let underWay = Promise.resolve()

  async function send(push: Push, attempt: number): Promise<void> {
    const answer = await platform.post(push.url, push.headers, push.body, answerWithinMs)
    const isTaken = answer !== null && answer.status < 500
    if (!isTaken && attempt < retriesMost)
      platform.after(retryAfterMs * 2 ** attempt, () => void send(push, attempt + 1))
  }

  function begin(push: Push, copies: number): void {
    for (let copy = 0; copy < copies; copy++) underWay = Promise.all([underWay, send(push, 0)]).then(() => {})
  }

  return {
    push(tenantId: string, push: Push): void {
      const fault = knobs(tenantId)
      if (fault.dropPushes > 0 && platform.fraction() < fault.dropPushes) return
      const copies = fault.doublePushes > 0 && platform.fraction() < fault.doublePushes ? 2 : 1
      if (fault.reorderPushes && held.length === 0) return void held.push(push)
      if (fault.delayPushesMs > 0)
        return void platform.after(fault.delayPushesMs * platform.fraction(), () => begin(push, copies))
      begin(push, copies)
      for (const late of held.splice(0)) begin(late, 1)
    },
    /** Sends what is held back, and resolves once all is answered. */
    async deliver(): Promise<void> {
      for (const late of held.splice(0)) begin(late, 1)
      await underWay
    },
  }
}

export type Pushes = ReturnType<typeof createPushes>
