import { seededRandom } from "../../../testing/seeded-random.ts"
import { describeCustodian } from "../conformance/suite.ts"
import { createKeyFileCustody } from "./index.ts"

describeCustodian("the key file", async () => {
  const random = seededRandom(3)
  const bytes = random.bytes(32)
  return {
    custody: createKeyFileCustody(bytes, random),
    other: createKeyFileCustody(random.bytes(32), random),
    faults: null,
    now: () => Temporal.Instant.from("2026-11-29T12:00:00Z"),
    secrets: [Buffer.from(bytes).toString("hex"), Buffer.from(bytes).toString("base64")],
    close: async () => {},
  }
})
