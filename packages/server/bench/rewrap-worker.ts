/** The worker of rewrap.bench.ts: a node's job runner, with the work on keys alone. */

import { parseAccountId } from "@kalends/domain/ids"
import { startRunner } from "../src/jobs/runner.ts"
import { createLog } from "../src/platform/log.ts"
import { createDatabase } from "../src/postgres/database.ts"
import { createJobQueue, jobSchema } from "../src/postgres/job-queue.ts"
import { answer } from "./kit/part.ts"
import { makeNode, type NodeInput } from "./rewrap-parts.ts"

let peakBytes = 0

answer({
  async start(input: NodeInput) {
    const node = makeNode(input, 6)
    // As a node with a database of its own does at its start: whoever took these jobs is gone.
    await createJobQueue(createDatabase(node.pool)).release(node.clock.now())
    await startRunner(
      {
        keys: async (payload) => {
          const { accountId } = payload as { accountId: string }
          await node.work.run(parseAccountId(accountId))
          peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
        },
      },
      { pool: node.pool, schema: jobSchema, concurrentJobs: 2, log: createLog("silent") },
    )
  },
  peakBytes: () => peakBytes,
})
