import { defineConfig } from "vitest/config"

// Two kinds of tests, told apart by file name (docs/decisions): `x.test.ts` is pure and fast and runs on every
// check; `.pg.`, `.sim.`, `.live.` and `e2e` files start real servers.
const slow = ["**/*.{pg,sim,live}.test.ts", "e2e/**/*.test.ts"]
/** A wait ends when what it waits for is so. That it never becomes so is told late, for a busy machine is not wrong. */
const patience = { testTimeout: 600_000, hookTimeout: 600_000, expect: { poll: { timeout: 500_000 } } }
const ignored = ["**/node_modules/**", "**/dist/**", "**/.runtime/**", "**/data/**"]

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "pure",
          include: ["{packages,apps,tools}/**/*.test.ts"],
          exclude: [...ignored, ...slow],
          ...patience,
          // Modules are read once for all files: nothing pure keeps anything between them, and reading took two thirds.
          isolate: false,
        },
      },
      {
        test: {
          name: "servers",
          include: slow,
          exclude: ignored,
          ...patience,
          globalSetup: ["packages/server/src/testing/postgres-global-setup.ts", "e2e/apps-global-setup.ts"],
          pool: "forks",
          isolate: false,
          fileParallelism: true,
        },
      },
    ],
    // One more than the two cores that are promised: tests of pages wait for a browser half of their time.
    maxWorkers: 3,
  },
})
