import type { SimulatorContext } from "./context.ts"
import type { Granted, Grants } from "./grants.ts"
import { type Failure, isNextCut, type Knobs, nextFailure } from "./knobs.ts"
import type { Handler, SimRequest, SimResponse } from "./server.ts"

/** How one service words what it refuses. */
export type Wording = {
  readonly service: string
  readonly unauthorized: SimResponse
  readonly refused: (failure: Failure | "removed", fault: Knobs) => SimResponse
}

export type Guarded = (request: SimRequest, grant: Granted) => SimResponse | Promise<SimResponse>

/** What every call to a person's calendar meets first: checks the token, counts the call and plays the tenant's faults. */
export function createGuard(context: SimulatorContext, grants: Grants, wording: Wording) {
  async function answerTo(request: SimRequest, grant: Granted, handler: Guarded): Promise<SimResponse> {
    const fault = context.knobs(grant.person.tenant.id)
    if (fault.latencyMs > 0) await new Promise<void>((resolve) => context.platform.after(fault.latencyMs, resolve))
    const failure = fault.isRemoved && !fault.isDown ? "removed" : nextFailure(fault)
    if (failure !== null) return wording.refused(failure, fault)
    const answer = await handler(request, grant)
    return dated(context, fault, answer.status === 200 && isNextCut(fault) ? { ...answer, cut: true } : answer)
  }

  return (operation: string, handler: Guarded): Handler =>
    async (request) => {
      const grant = grants.findAccess(request.headers.authorization)
      const answer = grant === null ? wording.unauthorized : await answerTo(request, grant, handler)
      const person = grant?.person.email ?? null
      context.calls.add({ service: wording.service, operation, person, status: answer.status })
      return answer
    }
}

/** With the Date of a service whose clock is not everybody's; as it is where the clocks agree. */
export function dated(context: SimulatorContext, { clockAheadSeconds }: Knobs, answer: SimResponse): SimResponse {
  if (clockAheadSeconds === 0) return answer
  const at = new Date(context.platform.now().epochMilliseconds + clockAheadSeconds * 1000)
  return { ...answer, headers: { ...answer.headers, date: at.toUTCString() } }
}

/** "Retry-After" as the knobs say; none where they say none. */
export function retryAfter({ throttleRetryAfterSeconds: seconds }: Knobs): Readonly<Record<string, string>> {
  return seconds === null ? {} : { "retry-after": String(seconds) }
}
