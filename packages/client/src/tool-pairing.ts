import { isProblem } from "@kalends/domain/problem"
import { toolCodeSchema, toolCodeStateSchema } from "@kalends/protocol/tools"
import type { Ask } from "./meeting-calls.ts"
import { type ClientPlatform, systemPlatform } from "./platform.ts"
import { createServiceApi } from "./service-api.ts"
import { createToolCalls, type ToolCalls } from "./tool-calls.ts"

export type PairingOptions = {
  readonly service: string
  readonly deviceName: string
  readonly platform?: ClientPlatform
  /** Shows the code, which the person types in the portal. */
  readonly onCode: (code: string) => void
  readonly signal: AbortSignal
}

/** A session that opens the service's scheduling and nothing else; in memory only. */
export type PairedTool = {
  readonly tools: ToolCalls
  /** Resolves once a call finds that the session is over. */
  readonly over: Promise<void>
  /** Ends the session at the service, and forgets it even where that fails. */
  signOut(): Promise<void>
}

const timeoutMs = 60_000

/**
 * Shows a code and waits until the person has typed it in the portal. For who has no password here, and wants no agenda.
 * Throws Problem "auth-expired" (code "pairing-over") when nobody did in time, and AbortError when the signal ends it.
 */
export async function pairTool(options: PairingOptions): Promise<PairedTool> {
  const { service, deviceName, platform = systemPlatform, onCode, signal } = options
  const api = createServiceApi(service, platform)
  const body = { deviceName }
  const begun = await api.call(toolCodeSchema, { method: "POST", path: "/v1/tools/sessions/code", body, signal })
  api.adopt(begun.token)
  onCode(begun.code)
  do {
    await pause(platform, begun.pollSeconds * 1000, signal)
  } while (!(await isConnected()))

  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  const ask: Ask = async (work) => {
    try {
      return await work(AbortSignal.timeout(timeoutMs))
    } catch (error) {
      if (isProblem(error, "auth-expired")) {
        api.forget()
        end()
      }
      throw error
    }
  }
  return {
    tools: createToolCalls(api, ask),
    over,
    async signOut() {
      await api.signOut(AbortSignal.timeout(5_000)).catch(() => {})
      api.forget()
    },
  }

  /** A service that does not answer is asked again: the code is good for a while. */
  async function isConnected(): Promise<boolean> {
    try {
      const request = { method: "GET", path: "/v1/tools/sessions/code", signal }
      return (await api.call(toolCodeStateSchema, request)).state === "connected"
    } catch (error) {
      if (isProblem(error, "unavailable", "rate-limited") && !signal.aborted) return false
      throw error
    }
  }
}

function pause(platform: ClientPlatform, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = platform.after(delayMs, () => {
      signal.removeEventListener("abort", abort)
      resolve()
    })
    function abort(): void {
      cancel()
      reject(signal.reason)
    }
    signal.addEventListener("abort", abort, { once: true })
  })
}
