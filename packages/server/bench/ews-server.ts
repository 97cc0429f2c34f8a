/** The server of ews-stream.bench.ts: a whole node that hears of changes by streams alone. */
import { startTestNode } from "../src/testing/node.ts"
import { answer } from "./kit/part.ts"

answer({
  async start({ databaseUrl, exchangeHost }: { databaseUrl: string; exchangeHost: string }) {
    const { url, setupCode } = await startTestNode(databaseUrl, {
      KALENDS_ALLOWED_PRIVATE_HOSTS: exchangeHost,
      KALENDS_RECONCILE_POLL_SECONDS: "3600",
      KALENDS_RECONCILE_PUSH_SECONDS: "3600",
    })
    return { url, setupCode }
  },
})
