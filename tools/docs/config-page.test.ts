import { expect, test } from "vitest"
import { configPage, parseOptions } from "./config-page.ts"

test("the page on settings has a row for each option, its bounds and secrets, and lists retired ones apart", () => {
  const page = configPage(
    parseOptions([
      {
        name: "port",
        env: "KALENDS_PORT",
        type: "integer",
        default: "8080",
        least: 0,
        most: 9,
        text: "Port | here.",
        secret: false,
      },
      { name: "token", env: "KALENDS_TOKEN", type: "text", default: null, text: "Token.", secret: true },
      {
        name: "old",
        env: "KALENDS_OLD",
        type: "text",
        default: null,
        text: "Old.",
        secret: false,
        retired: "use KALENDS_PORT",
      },
    ]),
  )
  expect(page).toContain("| `KALENDS_PORT` | integer, 0 to 9 | `8080` | Port \\| here. |")
  expect(page).toContain("| `KALENDS_TOKEN` | text | none | Token. **Secret:** never logged or shown. |")
  expect(page).toMatch(/## Retired[\s\S]*`KALENDS_OLD` \| use KALENDS_PORT/)
})
