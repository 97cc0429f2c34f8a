import { Problem } from "@kalends/domain/problem"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Store } from "../ports/store.ts"
import { memoryCalendarId } from "./memory-provider.ts"

/** How an outside call fails: before anything was done, or after all of it was. */
export const faults = ["throws", "is unavailable", "is done, but the answer is lost"] as const
export type Fault = (typeof faults)[number]

/** Where outside calls pass through: counts them while it is armed, and fails one. */
export type FaultLine = {
  call<Result>(work: () => Promise<Result>): Promise<Result>
}

type Armed = FaultLine & { arm(step: number, fault: Fault): void; disarm(): number }

export class StepFailed extends Error {}

function createFaultLine(): Armed {
  let armed: { readonly step: number; readonly fault: Fault } | null = null
  let count = 0
  return {
    async call(work) {
      if (armed === null) return work()
      const { step, fault } = armed
      if (++count !== step) return work()
      if (fault === "is done, but the answer is lost") await work()
      if (fault === "is unavailable") throw new Problem("unavailable", "No answer in time.")
      throw new StepFailed(`step ${step} ${fault}`)
    },
    arm(step, fault) {
      armed = { step, fault }
      count = 0
    },
    disarm() {
      armed = null
      return count
    },
  }
}

export type EachStep<World> = {
  /** A fresh world whose outside calls pass through the line. */
  readonly make: (line: FaultLine) => Promise<World>
  readonly flow: (world: World) => Promise<unknown>
  /** Checks what must hold, recovers as a user or timer would, and checks again. `where` names the step and its fault. */
  readonly check: (world: World, outcome: { readonly failed: unknown; readonly where: string }) => Promise<void>
}

const stepsMost = 200

/**
 * Runs the flow with its first outside call failing, then its second, and so on, each in every way, until there is no
 * such call any more. Returns how many calls the flow makes, so that a test can show that something was tried.
 */
export async function failEachStep<World>({ make, flow, check }: EachStep<World>): Promise<number> {
  let steps = 0
  for (const fault of faults)
    for (let step = 1; ; step++) {
      if (step > stepsMost) throw new Error("the flow does not come to an end")
      const line = createFaultLine()
      const world = await make(line)
      line.arm(step, fault)
      const failed = await flow(world).then(
        () => null,
        (error: unknown) => error,
      )
      const count = line.disarm()
      await check(world, { failed, where: `step ${step} of ${count} ${fault}` })
      if (count < step) {
        steps = count
        break
      }
    }
  return steps
}

/** Each transaction is one outside call: lost before it began, or committed with its answer lost. */
export function faultyStore(store: Store, line: FaultLine): Store {
  return {
    inAccount: (accountId, work) => line.call(() => store.inAccount(accountId, work)),
    asSystem: (work) => line.call(() => store.asSystem(work)),
  }
}

/** Each call that connecting, refreshing and removing make of a provider is one outside call. */
export function faultyProvider(provider: CalendarProvider, line: FaultLine): CalendarProvider {
  const { signIn, push } = provider
  return {
    ...provider,
    signIn:
      signIn.kind === "password"
        ? { ...signIn, discover: (input) => line.call(() => signIn.discover(input)) }
        : {
            ...signIn,
            exchangeCode: (input) => line.call(() => signIn.exchangeCode(input)),
            refresh: (token, permission) => line.call(() => signIn.refresh(token, permission)),
            revoke: (token) => line.call(() => signIn.revoke(token)),
          },
    listCalendars: (access, signal) => line.call(() => provider.listCalendars(access, signal)),
    push: push === null ? null : { ...push, stop: (subscription) => line.call(() => push.stop(subscription)) },
  }
}

/** The provider with user name and password in place of OAuth; out of reach for browsers, as such servers are. */
export function withPassword(provider: CalendarProvider): CalendarProvider {
  return {
    ...provider,
    limits: { ...provider.limits, isReachableFromBrowser: false },
    signIn: {
      kind: "password",
      discover: ({ server, username, password }) =>
        password === "right"
          ? Promise.resolve({
              access: { kind: "password", server, username, password },
              subject: { id: username, email: username, tenantId: null },
            })
          : Promise.reject(new Problem("auth-revoked", "The password is wrong.", { code: "wrong-password" })),
    },
    listCalendars: () => Promise.resolve([{ id: memoryCalendarId, isPrimary: true, canWrite: true }]),
  }
}
