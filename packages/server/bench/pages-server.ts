/** The node of pages.bench.ts: the real service on the database given. */
import { startTestNode } from "../src/testing/node.ts"
import { answer } from "./kit/part.ts"

answer({
  async start({ databaseUrl }: { readonly databaseUrl: string }): Promise<string> {
    const { url } = await startTestNode(databaseUrl)
    return url
  },
  memoryMb: () => process.memoryUsage().rss / 2 ** 20,
})
