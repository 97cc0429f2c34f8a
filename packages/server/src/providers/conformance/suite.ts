import { afterEach, beforeEach, describe, type TestContext } from "vitest"
import { changeRules } from "./change-rules.ts"
import { contactRules } from "./contact-rules.ts"
import { eventRules } from "./event-rules.ts"
import { listenRules } from "./listen-rules.ts"
import { meetingRules } from "./meeting-rules.ts"
import { pushRules } from "./push-rules.ts"
import { signInRules } from "./sign-in-rules.ts"
import { windowRules } from "./window-rules.ts"
import type { World } from "./world.ts"

/** The world of the test that runs. */
export type Here = { readonly world: World }

/**
 * What every provider must do, told as rules: each test begins with its rule's name in quality.yaml. A world is made for
 * each test and holds an empty calendar; a rule that the world cannot show is passed over with its reason.
 */
export function describeProvider(name: string, makeWorld: () => Promise<World>): void {
  describe(`${name} passes conformance:`, () => {
    let current: World | null = null
    const here: Here = {
      get world() {
        if (current === null) throw new Error("no world outside a test")
        return current
      },
    }
    beforeEach(async () => {
      current = await makeWorld()
    })
    afterEach(async () => {
      await current?.close()
      current = null
    })
    signInRules(here)
    changeRules(here)
    windowRules(here)
    pushRules(here)
    listenRules(here)
    eventRules(here)
    meetingRules(here)
    contactRules(here)
  })
}

/** Passes the test over when an ability is null, saying why. */
export function requireAbility<Ability>(context: TestContext, ability: Ability | null, reason: string): Ability {
  if (ability === null) return context.skip(reason)
  return ability
}
