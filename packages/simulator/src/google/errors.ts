import type { SimResponse } from "../server.ts"

/** An error as Google words it; the reason tells errors of one status apart (providers.md B.3). */
export const googleError = (
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): SimResponse => ({
  status,
  headers,
  body: {
    error: { code: status, message: "simulated", errors: [{ domain: "calendar", reason, message: "simulated" }] },
  },
})
