import { expect, test } from "vitest"
import { createBuildWatch, isOtherBuild, reloadMs } from "./reload.ts"

const page = (script: string) => `<html><script type="module" crossorigin src="${script}"></script></html>`

test("knows another build by the script of its page, and takes what it cannot read for the same", () => {
  expect(isOtherBuild(page("/rooms/assets/b.js"), "/rooms/assets/a.js")).toBe(true)
  expect(isOtherBuild(page("/rooms/assets/a.js"), "/rooms/assets/a.js")).toBe(false)
  expect(isOtherBuild("<html>502</html>", "/rooms/assets/a.js")).toBe(false)
  expect(isOtherBuild(page("/rooms/assets/b.js"), null)).toBe(false)
})

test("waits longer each time, within an hour and a half", () => {
  expect([0, 1, 2].map((count) => reloadMs(count, 0.5))).toEqual([30_000, 60_000, 120_000])
  expect(reloadMs(500, 0.99)).toBeLessThanOrEqual(90 * 60_000)
})

test("loads the page anew only while the service answers with it", async () => {
  let served: string | null = page("/rooms/assets/b.js")
  const timers: (() => Promise<void>)[] = []
  const reloads: number[] = []
  let forgot = 0
  const look = createBuildWatch({
    ...{ page: async () => served, ownScript: "/rooms/assets/a.js", reloads: 2, fraction: () => 0.5 },
    forgetReloads: () => {
      forgot += 1
    },
    reload: (count) => void reloads.push(count),
    after: (_, callback) => {
      timers.push(async () => callback())
      return () => {}
    },
  })
  await look()
  await look()
  expect(timers).toHaveLength(1)
  served = null
  await timers.shift()?.()
  await look()
  expect(reloads).toEqual([])
  served = page("/rooms/assets/b.js")
  await look()
  await timers.shift()?.()
  await new Promise(setImmediate)
  expect(reloads).toEqual([3])
  served = page("/rooms/assets/a.js")
  await look()
  expect(forgot).toBe(1)
})
