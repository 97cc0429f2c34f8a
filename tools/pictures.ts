/**
 * `npm run pictures -- <folder>`: a picture of every kind of room screen in every state and look, and index.html with all of
 * them beside each other. `--language ja` for the other language, `--only door` for those whose names have it.
 */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { BrowserContext } from "playwright-core"
import { messages } from "../apps/rooms/src/messages.ts"
import { openFakeScreens, type ScreenScene } from "../e2e/fake-screens.ts"
import { type ScreenKind, screenScenes } from "../e2e/screen-scenes.ts"
import { launchBrowser } from "./chromium.ts"
import { elapsedMs, environmentWith, rootFolder, runToEnd, say } from "./platform.ts"
import { takePicture } from "./screenshot.ts"
import { buildWebApps } from "./start/web-apps.ts"

/** Screens go by the service's time, whatever the device's is: pictures are the same at any hour. */
const { hello, booking, agenda, states } = screenScenes(() => Temporal.Instant.from("2027-03-10T08:40:00Z"))

type Language = keyof typeof messages
type Shot = {
  readonly name: string
  readonly scene: Partial<ScreenScene>
  readonly width: number
  readonly height: number
  readonly look: (typeof looks)[number]
  /** What the screen shows of it, as a selector of the browser's. */
  readonly shows: string
  readonly press?: string
}

const looks = ["light", "dark", "e-paper"] as const

const screens: readonly (readonly [name: string, kind: ScreenKind, width: number, height: number])[] = [
  ["tv", "tv", 1920, 1080],
  ["door-landscape", "door", 1280, 800],
  ["door-portrait", "door", 800, 1280],
  ["controller", "controller", 1280, 800],
]

function shotsIn(look: (typeof looks)[number], language: Language): readonly Shot[] {
  const words = messages[language]
  const settings = { look, language }
  const toneOf = (shows: string) =>
    Object.entries(messages.en.states).find(([, word]) => word === shows)?.[0] ?? "taken"
  const nothing = ["nothing booked", "Free", () => agenda([])] as const
  const full = [
    "full day",
    "In use",
    () => agenda([booking(-20, 45), ...[30, 90, 150, 240, 330].map((at) => booking(at, 45)), booking(1_500, 60)]),
  ] as const
  const rooms = [...states, nothing, full].flatMap(([state, shows, message]) =>
    screens.map(([name, kind, width, height]) => ({
      ...{ name: `${name} ${state}`, look, width, height },
      scene: { isPaired: true, messages: [hello(kind, settings), message()] },
      shows: `[data-tone=${toneOf(shows)}]`,
    })),
  )
  const asks = rooms
    .filter(({ name }) => /^(?:door|controller)/.test(name) && name.endsWith("full day"))
    .map((shot) => ({ ...shot, name: `${shot.name} asks`, press: words.end }))
  const boards = [6, 24, 40, 100].map((count) => ({
    ...{ name: `board of ${count}`, look, width: 1920, height: 1080 },
    scene: {
      isPaired: true,
      messages: [
        hello("board", settings, count),
        ...Array.from({ length: count }, (_, at) => roomOfBoard(at, count - 1 - at)),
      ],
    },
    shows: `[data-tone=free]:nth-child(${Math.min(count, 34)})`,
  }))
  const alone = (look === "e-paper" ? [] : screens).map(([name, , width, height]) => ({
    ...{ name: `pairing ${name}`, look, width, height, scene: { isPaired: false, messages: [] } },
    shows: "[class*=pairingCode]",
  }))
  return [...alone, ...rooms, ...asks, ...boards]
}

/** One state after the other, the last one free: it is told last, and the board is drawn once it shows so. */
function roomOfBoard(at: number, behind: number) {
  const room = at + 1
  const kinds = [
    agenda([booking(120, 30)], { room }),
    agenda([booking(-20, 45), booking(120, 30, null)], { room }),
    agenda([booking(6, 30)], { room }),
    agenda([booking(120, 30)], { room, agedMinutes: 40, trouble: "silent" }),
    agenda([booking(-2, 45)], { room }),
    agenda([], { room }),
  ]
  return kinds[behind % kinds.length] ?? agenda([], { room })
}

type Studio = {
  readonly context: BrowserContext
  readonly url: string
  readonly scene: ScreenScene
  readonly folder: string
}

const fileOf = ({ name, look }: Shot) => `${name} ${look}.png`.replaceAll(" ", "-")

async function take(studio: Studio, shot: Shot): Promise<void> {
  const { context, url, scene, folder } = studio
  const { look, width, height, shows, press } = shot
  Object.assign(scene, shot.scene)
  await takePicture(context, {
    ...{ url, file: join(folder, fileOf(shot)), width, height, colorScheme: look === "dark" ? "dark" : "light" },
    async shown(page) {
      await page.locator(shows).first().waitFor()
      if (press !== undefined) await page.getByRole("button", { name: press }).click()
    },
  })
}

/** All of them beside each other, those of one scene in a row. */
function indexPage(shots: readonly Shot[]): string {
  const rows = Map.groupBy(shots, ({ name }) => name)
  const picture = (shot: Shot) =>
    `<a href="${fileOf(shot)}"><img src="${fileOf(shot)}" alt="${shot.look}" height="330"></a>`
  const row = ([name, of]: [string, Shot[]]) => `<h2>${name}</h2>\n<p>${of.map(picture).join(" ")}</p>`
  return `<!doctype html>\n<meta charset="utf-8">\n<title>Room screens</title>\n${[...rows].map(row).join("\n")}\n`
}

async function takeAll(folder: string, language: Language, only: string): Promise<number> {
  await buildWebApps(
    {
      ...{ root: rootFolder, say, elapsedMs },
      run: (args, cwd) => runToEnd(process.execPath, args, { cwd, env: environmentWith({ NODE_ENV: "production" }) }),
    },
    ["rooms"],
  )
  await mkdir(folder, { recursive: true })
  const scene: ScreenScene = { messages: [], isPaired: true, refusal: null, acts: [] }
  const fake = await openFakeScreens(join(rootFolder, "apps"), scene)
  const browser = await launchBrowser({ context: { locale: language, timezoneId: "UTC" } })
  const shots = looks.flatMap((look) => shotsIn(look, language)).filter(({ name }) => name.includes(only))
  try {
    await browser.context.addInitScript(`localStorage.setItem("kalends-screen", "${"t".repeat(43)}")`)
    for (const shot of shots) await take({ context: browser.context, url: `${fake.url}/rooms/`, scene, folder }, shot)
    await writeFile(join(folder, "index.html"), indexPage(shots))
  } finally {
    await browser.close()
    await fake.stop()
  }
  return shots.length
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { language: { type: "string" }, only: { type: "string" } },
  })
  const [folder] = positionals
  if (folder === undefined) {
    say("Into which folder? npm run pictures -- <folder> [--language ja] [--only door]")
    process.exitCode = 1
  } else {
    const count = await takeAll(folder, values.language === "ja" ? "ja" : "en", values.only ?? "")
    say(`${count} pictures are in ${folder}, and index.html with all of them`)
  }
}
