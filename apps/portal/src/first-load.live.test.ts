import { readFileSync } from "node:fs"
import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { gunzipSync } from "node:zlib"
import { textNames } from "@kalends/ui/testing/text-names"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { buildApps } from "../../../e2e/apps.ts"
import { rootFolder } from "../../../tools/platform.ts"
import { messages as agendaMessages } from "../../agenda/src/messages.ts"
import { words as addinWords } from "../../outlook-addin/src/messages.ts"
import { messages } from "./messages.ts"

// What a browser loads before anything is seen, from the files as they are built.

/** Kilobytes on the wire, JavaScript and styles together. Raise one with a word in the commit of why; lower it when it has become less. */
const mostKilobytes = { portal: 249, agenda: 284, rooms: 156, "outlook-addin": 165 }

const apps = ["portal", "agenda", "rooms", "outlook-addin"] as const
let folder = ""
beforeAll(async () => {
  folder = await buildApps(apps)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const assets = (app: string) => join(folder, app, "dist/assets")
const textOf = (app: string, file: string) => readFileSync(join(assets(app), file), "utf8")
const wordsOf = async (app: string, language: "en" | "ja") => {
  const names = await readdir(assets(app))
  return names.find((name) => name.startsWith(`words-${language}-`)) ?? expect.unreachable()
}

/** The script of the page and what that loads beside it at once: all that it names but what only some browsers load. */
function firstFiles(app: string): readonly string[] {
  const page = readFileSync(join(folder, app, "dist/index.html"), "utf8")
  const [named = ""] = /(?<=assets\/)index-[\w-]+\.js/.exec(page) ?? []
  const beside = [...textOf(app, named).matchAll(/"assets\/([^"]+\.(?:js|css))"/g)].map(([, name = ""]) => name)
  return [named, ...beside].filter((name) => !name.startsWith("words-ja-"))
}

test.each(apps)("the first load of the %s is within its budget", (app) => {
  const files = firstFiles(app)
  expect(files.some((name) => name.startsWith("app-") && name.endsWith(".js"))).toBe(true)
  const packed = files.map((name) => readFileSync(join(assets(app), `${name}.gz`)))
  expect(packed.map((bytes) => gunzipSync(bytes).toString())).toEqual(files.map((name) => textOf(app, name)))
  const kilobytes = packed.reduce((sum, { length }) => sum + length, 0) / 1000
  expect(kilobytes).toBeLessThan(mostKilobytes[app])
  expect(kilobytes).toBeGreaterThan(mostKilobytes[app] * 0.9)
})

/** Of each app, its words, and a text that stands in no other part of it. */
const catalogues = [
  ["portal", messages, "noServiceText"],
  ["agenda", agendaMessages, "forgets"],
  ["outlook-addin", addinWords, "signInText"],
] as const

test.each(catalogues)("of the %s each language is loaded by itself, whole", async (app, words, told) => {
  const shape = z.object({ words: z.record(z.string(), z.unknown()) })
  const textIn = (language: "en" | "ja") => z.record(z.string(), z.unknown()).parse(words[language])[told]
  for (const language of ["en", "ja"] as const) {
    const file = await wordsOf(app, language)
    const loaded = shape.parse(await import(/* @vite-ignore */ pathToFileURL(join(assets(app), file)).href)).words
    expect(textNames(loaded)).toEqual(textNames(words[language]))
    expect(loaded[told]).toBe(textIn(language))
    expect(textOf(app, file)).not.toContain(textIn(language === "en" ? "ja" : "en"))
  }
  expect(textOf(app, await wordsOf(app, "en"))).not.toMatch(/[\u3040-\u30ff]/)
  for (const name of (await readdir(assets(app))).filter((one) => /^(?!words-ja-).*\.js$/.test(one)))
    expect(textOf(app, name)).not.toContain(textIn("ja"))
})

test.each(apps)("no part of Mantine that the %s uses is without its looks", async (app) => {
  const classes = (text: string) => new Set(text.match(/\bm_[0-9a-f]{6,8}\b/g))
  const whole = classes(readFileSync(join(rootFolder, "node_modules/@mantine/core/styles.css"), "utf8"))
  const names = await readdir(assets(app))
  const all = (ending: string) =>
    classes(
      names
        .filter((name) => name.endsWith(ending))
        .map((name) => textOf(app, name))
        .join("\n"),
    )
  const styled = all(".css")
  const used = [...all(".js")].filter((name) => whole.has(name))
  expect(used.length).toBeGreaterThan(20)
  expect(used.filter((name) => !styled.has(name))).toEqual([])
})
