import { describe, expect, test } from "vitest"
import { formPage, refusalPage } from "./join-html.ts"
import { type JoinRefusal, joinWords, languageFor } from "./join-words.ts"

const base = { language: "en", nonce: "n", signInUrl: "https://cal.example.org/" } as const

describe("the language of the join page", () => {
  test.each([
    [undefined, "en"],
    ["", "en"],
    ["ja", "ja"],
    ["ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", "ja"],
    ["en-GB,en;q=0.9,ja;q=0.8", "en"],
    ["fr, ja;q=0.5, en;q=0.4", "ja"],
    ["ja;q=0", "en"],
    ["jam, jax;q=0.9", "en"],
    ["de,fr;q=0.5", "en"],
    ["ja;q=1.2.3, *;q=0.1", "en"],
    [`${"x,".repeat(5_000)}ja`, "en"],
  ])("of a browser that wishes for %s is %s", (header, language) => {
    expect(languageFor(header?.slice(0, 20_000))).toBe(language)
  })
})

describe("the join page", () => {
  test.each(["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' autofocus onfocus='x", "&lt;b&gt;"])(
    "shows the name %s as it was written, and runs nothing of it",
    (name) => {
      const html = formPage(base, { entrant: "guest", guests: "enter", name, isNameRefused: true })
      const value = / value="([^"]*)"/.exec(html)?.[1] ?? ""
      expect(value).not.toMatch(/[<>']/)
      const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" }
      expect(value.replace(/&([^;]+);/g, (_all, entity: string) => entities[entity] ?? "?")).toBe(name)
      expect(html).not.toContain("<script")
      expect(html).not.toContain("<img")
    },
  )

  test("tells guests who wait that they do, and everybody as what they enter", () => {
    const textOf = (entrant: "owner" | "colleague" | "guest", guests: "enter" | "wait") =>
      formPage(base, { entrant, guests, name: "", isNameRefused: false })
    expect(textOf("owner", "wait")).toContain("as the meeting's host")
    expect(textOf("colleague", "wait")).toContain("as a participant")
    expect(textOf("guest", "wait")).toContain("The host lets you in")
    expect(textOf("guest", "enter")).not.toContain("The host lets you in")
  })

  test("has words for every refusal in both languages, and a way on where there is one", () => {
    const refusals = Object.keys(joinWords.en.refusals) as JoinRefusal[]
    for (const language of ["en", "ja"] as const)
      for (const refusal of refusals) {
        const html = refusalPage({ ...base, language }, refusal)
        expect(html).toContain(`<html lang="${language}">`)
        expect(html).toContain(`<h1>${joinWords[language].refusals[refusal].title}</h1>`)
      }
    expect(refusalPage(base, "down")).toContain("Try again")
    expect(refusalPage(base, "ended")).not.toContain("Try again")
    expect(refusalPage(base, "refused")).toContain('href="https://cal.example.org/"')
  })
})
