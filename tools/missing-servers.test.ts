import { expect, test } from "vitest"
import { missingServers } from "./test.ts"

test("a missing server is told in one line with what needs it and how to get it", () => {
  expect(missingServers((name) => (name === "radicale" ? null : "/usr/sbin/nats-server"))).toEqual([
    "Not installed: radicale. Skipped: CalDAV tests and demo need it (Debian package: radicale).",
  ])
})
