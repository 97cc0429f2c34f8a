import { expect, test } from "vitest"
import { escapeMarkup } from "./markup.ts"

test("no sign of a text can end the place that it stands in", () => {
  expect(escapeMarkup(`<a href="x" title='y'>&amp;`)).toBe("&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;")
  expect(escapeMarkup("会議 · 9–10")).toBe("会議 · 9–10")
})
