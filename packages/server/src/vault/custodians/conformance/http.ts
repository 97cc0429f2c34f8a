import { createHttpClient } from "../../../platform/http-client.ts"
import type { CustodianDeps } from "../deps.ts"

/** The real client over loopback, whose patience is a tenth of a second, and which refuses a request without a bound. */
export function impatientDeps(now: () => Temporal.Instant, files: Readonly<Record<string, string>> = {}) {
  const http = createHttpClient({ allowedPrivateHosts: [] })
  const deps: CustodianDeps = {
    http: {
      send(request) {
        if (request.timeoutMs === undefined || request.timeoutMs > 5_000) throw new Error("a request without a bound")
        return http.send({ ...request, timeoutMs: 400 })
      },
    },
    clock: { now, after: () => () => {} },
    readFile: async (path) => files[path] ?? Promise.reject(new Error("no such file")),
  }
  return { deps, close: () => http.close() }
}
