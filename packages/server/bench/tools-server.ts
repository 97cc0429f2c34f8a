/** The node of tools.bench.ts: the real service on the database given, with meetings of its own. */
import { startTestNode } from "../src/testing/node.ts"
import { answer } from "./kit/part.ts"

answer({
  async start({ databaseUrl }: { readonly databaseUrl: string }): Promise<string> {
    const { url } = await startTestNode(databaseUrl, { KALENDS_MEETING_URL: "https://meet.example/{code}" })
    return url
  },
  memoryMb: () => process.memoryUsage().rss / 2 ** 20,
})
