import { expect, test } from "vitest"
import { findZone, windowsZone } from "./zone.ts"

test.each([
  ["W. Europe Standard Time", "Europe/Berlin"],
  ["Pacific Standard Time", "America/Los_Angeles"],
  ["Tokyo Standard Time", "Asia/Tokyo"],
  ["UTC", "UTC"],
  ["tzone://Microsoft/Utc", "UTC"],
  ["Europe/Zurich", "Europe/Zurich"],
])("%s is %s", (name, zone) => {
  expect(findZone(name)).toBe(zone)
})

test.each(["Mitteleuropäische Zeit", "Customized Time Zone", "tzone://Microsoft/Custom", "+01:00", "", "Nowhere/Land"])(
  "unknown-zone: %j is not guessed",
  (name) => {
    expect(findZone(name)).toBeNull()
  },
)

test.each(["Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "Asia/Tokyo", "UTC"])(
  "%s has a Windows name that means it",
  (zone) => {
    expect(windowsZone(zone)).not.toContain("/")
    expect(["UTC", "Etc/UTC", zone]).toContain(findZone(windowsZone(zone)))
  },
)
