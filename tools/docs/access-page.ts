import { abilitiesOf, type Role, roles } from "@kalends/domain/ability"
import { z } from "zod"
import type { MountedRoute } from "../../packages/server/src/http/route-table.ts"

const labels: Readonly<Record<Role, string>> = {
  owner: "owner",
  "calendar-admin": "calendar admin",
  "room-admin": "room admin",
  auditor: "auditor",
  user: "user",
}

const mark = (isAllowed: boolean) => (isAllowed ? "yes" : "–")

/** What a session was opened with. Awaited is the second factor of who has one; who has none is asked for no code. */
export type Shown = "second factor" | "password" | "password, second factor awaited"

/** Whether the role may use a route that needs this, by a session that was opened so. */
export function isAllowed(role: Role | null, needs: MountedRoute["needs"], shown: Shown = "second factor"): boolean {
  if (needs === null || needs === "nobody") return true
  // A screen is no person.
  if (role === null || needs === "display") return false
  if (needs === "session") return true
  const ability = needs === "tool" ? "own" : needs
  const isEnough = shown === "second factor" || (shown === "password" && ability === "own")
  return isEnough && abilitiesOf[role].includes(ability)
}

/** Routes that are no part of the API's description: what guards each. */
const otherDoors: Readonly<Record<string, string>> = {
  "/": "a page of the portal; it holds nothing of anybody",
  "/.well-known/security.txt": "whom to tell of a weakness, where the operator says so",
  "/agenda": "leads to the page below",
  "/agenda/": "a page of the agenda; it holds nothing of anybody",
  "/rooms": "leads to the page below",
  "/rooms/": "a page for screens; it holds nothing of anybody",
  "/assets/*": "scripts and styles of the portal",
  "/agenda/assets/*": "scripts and styles of the agenda",
  "/rooms/assets/*": "scripts and styles of screens",
  "/hooks/:provider": "a secret of each subscription; every answer alike",
  "/hooks/:provider/*": "a secret of each subscription; every answer alike",
  "/hooks/zoom": "the meeting service's signature; every answer alike",
  "/m/:code": "the code in the link, and a limit for each network",
  "/EWS/*, /Autodiscover/*": "a room system's own name and password, which open one room",
  "/metrics": "loopback alone, or a token of the operator's",
  "/v1/proxy/:connectionId": "a sealed session of one connection",
  "/v1/proxy/:connectionId/*": "a sealed session of one connection",
}

/** Whether something else than a session guards a route. Room systems ask by one pattern for their paths in any capitals. */
export const hasOtherDoor = (url: string): boolean => url in otherDoors || url.startsWith("/:folder(")

/** The routes as the server's module gives them. */
export function parseRoutes(given: unknown): readonly MountedRoute[] {
  return z
    .array(z.custom<MountedRoute>((one) => typeof one === "object" && one !== null && "needs" in one))
    .parse(given)
}

/** docs/access.md: every route of the API, and who may use it. */
export function accessPage(table: readonly MountedRoute[]): string {
  const shown = table.filter(({ method, url }) => method !== "HEAD" && !hasOtherDoor(url))
  const rows = shown
    .map((route) => [
      `\`${route.method} ${route.url}\``,
      route.needs ?? "nobody",
      mark(isAllowed(null, route.needs)),
      ...roles.map((role) => mark(isAllowed(role, route.needs))),
    ])
    .sort((a, b) => (sortKey(a[0]) < sortKey(b[0]) ? -1 : 1))
  return [
    "# Who may use which route",
    "",
    "Made by `npm run docs` from the routes themselves. `packages/server/test/access.live.test.ts` asks a running service",
    "each of them, and every other that it has, as each role, as nobody, and as the owner of another organisation, and",
    "compares the answers with this table. What somebody may see of their own is their own alone, whatever their role.",
    "",
    "The table is for sessions that have shown a second factor. Who has none set up and signed in with a password alone uses",
    "what needs `session`, `own` or `tool`, and nothing else; who has one and has not shown it yet uses what needs `session`. All",
    "else answers them 403 `second-factor-needed`. The same test asks every route as each role with such sessions, too.",
    "",
    "What needs `display` is for paired screens, each by its own token and for its own rooms alone; no person's session opens",
    "it, and a screen's token opens nothing else: the same test asks every route with one.",
    "",
    "A scheduling tool's session opens what needs `tool`, its own sign-out and the second step of its sign-in, and nothing",
    "else: 403 `tool-session`, whoever's it is. The same test asks every route with such a session, too.",
    "",
    ...tableOf(["route", "needs", "nobody", ...roles.map((role) => labels[role])], rows),
    "",
    "## Routes with a door of their own",
    "",
    ...tableOf(
      ["route", "what guards it"],
      Object.entries(otherDoors).map(([url, guard]) => [`\`${url}\``, guard]),
    ),
    "",
  ].join("\n")
}

/** By path, then by method. */
const sortKey = (cell = "") => cell.replace(/^`(\S+) (\S+)`$/, "$2 $1")

/** Columns as wide as their widest cell, as the formatter of this repository leaves them. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)]
}
