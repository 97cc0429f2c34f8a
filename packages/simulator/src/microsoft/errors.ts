import type { SimResponse } from "../server.ts"

/** An error as Graph words it: a code for programs, a text for people, ids for support. */
export const graphError = (
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
  message = "simulated",
): SimResponse => ({
  status,
  headers,
  body: { error: { code, message, innerError: { "request-id": "simulated" } } },
})
