import { expect, test } from "vitest"
import { messages } from "../messages.ts"
import type { DeviceRow } from "./device-making.ts"
import { comesText } from "./device-outcome.ts"

const row: DeviceRow = {
  listed: {
    ...{ line: 2, room: "Orion", isCalled: true, familyLabel: "Cisco" },
    input: {
      ...{ family: "cisco", name: "Codec", address: "codec.example.org", username: "admin", password: "secret" },
      ...{ certificate: "ab".repeat(32), keepsOthers: false },
    },
  },
  found: { outcome: "new", roomId: "00000000-0000-4000-8000-000000000001", roomName: "Orion" },
  ...{ shown: null, outcome: null },
}
const text = (changes: Partial<DeviceRow>, isOver: boolean) => comesText({ ...row, ...changes }, messages.en, isOver)

test("what was not come to before it broke off is said not to be added, and no longer to be about to", () => {
  expect(text({}, false)).toBe("Will be added · The list names its certificate.")
  expect(text({}, true)).toBe("Not added")
  const outcome = { outcome: "refused", code: "device-incomplete" } as const
  expect(text({ outcome }, true)).toBe(messages.en.video.problems["device-incomplete"])
  expect(text({ found: { outcome: "refused", code: "no-room" } }, true)).toBe("No room has this address or name.")
})
