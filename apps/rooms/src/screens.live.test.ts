import { rm } from "node:fs/promises"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { openFakeScreens, type ScreenScene } from "../../../e2e/fake-screens.ts"
import { roomIdOf, screenScenes } from "../../../e2e/screen-scenes.ts"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"

// The built screens in a real browser, on a service that says what a scene says.

let web: string
let browser: LaunchedBrowser
let fake: Awaited<ReturnType<typeof openFakeScreens>>
const scene: ScreenScene = { messages: [], isPaired: true, refusal: null, acts: [] }

beforeAll(async () => {
  web = await buildApps()
  fake = await openFakeScreens(web, scene)
  browser = await launchBrowser({ context: { locale: "en-GB", timezoneId: "UTC" } })
})
afterAll(async () => {
  await browser?.close()
  await fake?.stop()
  await rm(web, { recursive: true, force: true })
})
beforeEach(() => {
  Object.assign(scene, { isPaired: true, refusal: null, acts: [] })
})

const now = () => Temporal.Now.instant()
const { hello, booking, agenda, states } = screenScenes(now)

type Opened = { readonly width?: number; readonly height?: number; readonly breaking?: string }

/** Opens the screen, as a device that is paired; nothing fails unless it is broken on purpose. */
async function open(
  { width = 1280, height = 800, breaking }: Opened,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.context.newPage()
  const errors: string[] = []
  page.on("pageerror", (error) => errors.push(String(error)))
  page.on("console", (line) => {
    if (/Content Security Policy/.test(line.text())) errors.push(line.text())
  })
  try {
    await page.setViewportSize({ width, height })
    const token = scene.isPaired
      ? `localStorage.setItem("kalends-screen", "${"t".repeat(43)}")`
      : "localStorage.clear()"
    await page.addInitScript(`if (sessionStorage.length === 0) { sessionStorage.setItem("once", ""); ${token} }`)
    if (breaking !== undefined) await page.addInitScript(breaking)
    await page.goto(`${fake.url}/rooms/`)
    await look(page)
    if (breaking === undefined) expect(errors).toEqual([])
  } finally {
    await page.close()
  }
}

const fits = (page: Page) => page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
const scrollsNot = (page: Page) => page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")

test("a screen shows a code, and its room once the code is typed; the token is all that the browser keeps", async () => {
  scene.isPaired = false
  scene.messages = [hello("door"), agenda([booking(-20, 45)])]
  await open({}, async (page) => {
    await page.getByRole("img", { name: "7 K Q F 3 M 9 P" }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    scene.isPaired = true
    await page.getByText("In use", { exact: true }).waitFor()
    expect(await page.evaluate("Object.entries(localStorage)")).toEqual([["kalends-screen", "t".repeat(43)]])
    scene.isPaired = false
    fake.tell({ kind: "removed", now: now().toString() })
    await page.getByRole("heading", { name: "Pair this screen" }).waitFor()
    expect(await page.content()).not.toContain("Harbour")
    expect(await page.evaluate("localStorage.length")).toBe(0)
  })
})

describe("every state and every size", () => {
  test.each([
    ["light", states],
    ["dark", states.slice(2)],
    ["e-paper", states.slice(1)],
  ] as const)("a door in %s is read by everybody", async (look, shown) => {
    scene.messages = [hello("door", { look })]
    await open({}, async (page) => {
      await page.getByText("Andromeda 1").waitFor()
      for (const [name, word, message] of shown) {
        // Paper would wait for its minute.
        scene.messages = [hello("door", { look }), message()]
        if (look === "e-paper") await page.reload()
        fake.tell(message())
        const isPaper = look === "e-paper" && name === "old"
        await page
          .getByText(isPaper ? /^As of \d\d:\d\d$/ : word, { exact: true })
          .first()
          .waitFor()
        // A code leads into a meeting that is on, and nowhere else.
        const isFree = ["free", "soon taken", "unknown"].includes(name)
        expect(await page.getByRole("img", { name: "Scan to join" }).count()).toBe(isFree ? 0 : 1)
        if (name === "old") await page.getByText("Kalends is not allowed to read this room’s calendar").waitFor()
        if (name === "unknown") await page.getByText("The calendar service does not answer").waitFor()
        expect(await seriousFindings(page)).toEqual([])
        expect([await fits(page), await scrollsNot(page)]).toEqual([true, true])
      }
    })
  })

  // As long as the service tells one, and in two directions.
  const long = "Harbour timetable לוח הזמנים ".repeat(7).slice(0, 200)

  test("every kind of screen, in Japanese, with very long titles, on a wall, a table and a phone", async () => {
    const sizes = [
      ["tv", 1920, 1080, "light", true],
      ["controller", 1280, 800, "dark", true],
      ["controller", 390, 844, "light", false],
      ["door", 800, 1280, "dark", true],
      ["door", 390, 844, "light", false],
      ["tv", 1280, 720, "e-paper", true],
    ] as const
    scene.messages = [hello("tv", { language: "ja" })]
    await open({}, async (page) => {
      await page.getByText("Andromeda 1").waitFor()
      for (const [kind, width, height, look, isWhole] of sizes) {
        await page.setViewportSize({ width, height })
        fake.tell(hello(kind, { look, language: "ja", hours: 12 }))
        fake.tell(
          agenda([booking(-20, 45, long), booking(60, 30, null), booking(120, 30, long)], {
            agedMinutes: 20,
            trouble: "not-allowed",
          }),
        )
        await page.locator(`html[data-look="${look}"]`).waitFor()
        await page.getByText("使用中", { exact: true }).waitFor()
        await page.getByText("Harbour timetable").first().waitFor()
        await page.getByText("この会議室のカレンダーを読み取る許可がありません").waitFor()
        expect(await seriousFindings(page)).toEqual([])
        expect([kind, await fits(page), isWhole === false || (await scrollsNot(page))]).toEqual([kind, true, true])
        if (kind === "controller")
          expect(
            await page
              .getByRole("link", { name: /に参加/ })
              .first()
              .getAttribute("href"),
          ).toContain("meet.jit.si")
      }
    })
  })

  test("a board of forty rooms fits on a television, in the order of their names; one of more has pages", async () => {
    const all = Array.from({ length: 40 }, (_, at) => agenda(at % 2 === 0 ? [booking(-5, 30)] : [], { room: at + 1 }))
    scene.messages = [hello("board", { look: "dark" }, 40), ...all]
    await open({ width: 1920, height: 1080 }, async (page) => {
      await page.getByText("20 of 40 free").waitFor()
      expect(await page.getByRole("heading", { level: 2 }).count()).toBe(40)
      expect(await seriousFindings(page)).toEqual([])
      expect([await fits(page), await scrollsNot(page)]).toEqual([true, true])
      expect(await page.getByRole("button").count()).toBe(0)
      // What turns by itself is tested with time of its own: here nothing does, as on paper.
      await page.emulateMedia({ reducedMotion: "reduce" })
      fake.tell(hello("board", { look: "dark" }, 100))
      await page.getByText("Page 1 of 3").waitFor()
      await page.getByText("66 more rooms").waitFor()
      await page.getByRole("button", { name: "Page before" }).press("Enter")
      await page.getByText("Page 3 of 3").waitFor()
      await page.getByRole("heading", { name: "Andromeda 100" }).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      expect([await fits(page), await scrollsNot(page)]).toEqual([true, true])
    })
  })
})

test("what is pressed is asked of the service once, and its refusal is said in words", async () => {
  scene.messages = [hello("door"), agenda([])]
  await open({}, async (page) => {
    await page.getByRole("button", { name: "30 min" }).click()
    await page.getByText(/^Booked until/).waitFor()
    expect(scene.acts).toMatchObject([{ act: "book", roomId: roomIdOf(1) }])
    scene.refusal = "room-taken"
    await page.getByRole("button", { name: "15 min" }).click()
    await page.getByText("Somebody else has the room by then.").waitFor()
    scene.refusal = null
    fake.tell(agenda([booking(-20, 45)]))
    await page.getByRole("button", { name: "End now" }).click()
    await page.getByRole("button", { name: "Keep it" }).click()
    await page.getByRole("button", { name: "End now" }).click()
    await page.getByRole("button", { name: "Yes, end it" }).click()
    await page.getByText("Ended.").waitFor()
    expect(scene.acts).toHaveLength(3)
  })
})

test("through an outage it keeps what it knows, says so, and comes back by itself", async () => {
  scene.messages = [hello("door"), agenda([booking(-20, 45)])]
  await open({}, async (page) => {
    await page.getByText("In use", { exact: true }).waitFor()
    await fake.stop()
    await page.getByText("This screen cannot reach Kalends").waitFor()
    await page.getByText(/^As of/).waitFor()
    await page.getByText("Harbour timetable").first().waitFor()
    expect(await page.getByRole("button").count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])
    scene.messages = [hello("door"), agenda([])]
    await fake.begin()
    await page.getByText("Free", { exact: true }).waitFor()
    expect(await page.getByText(/cannot reach Kalends/).count()).toBe(0)
  })
})

test("a script that is not got leaves no empty page: the page asks for itself anew, and no more once the app has begun", async () => {
  scene.messages = [hello("door"), agenda([booking(-20, 45)])]
  const page = await browser.context.newPage()
  let pages = 0
  // Later each time: however slow the machine, one begins before it asks for itself anew.
  const seconds = () => 2 * pages - 1
  await page.route("**/rooms/", async (route) => {
    pages += 1
    const answer = await route.fetch()
    const body = (await answer.text()).replace('content="90"', `content="${seconds()}"`)
    await route.fulfill({ response: answer, body })
  })
  await page.route("**/assets/*.js", (route) => (pages === 1 ? route.abort() : route.continue()))
  try {
    await page.addInitScript(`localStorage.setItem("kalends-screen", "${"t".repeat(43)}")`)
    await page.goto(`${fake.url}/rooms/`)
    await page.getByText("In use", { exact: true }).waitFor()
    expect(pages).toBeGreaterThan(1)
    // A page that still asked for itself anew would never grow so old.
    const ageMs = () => page.evaluate<number>("performance.now()").catch(() => 0)
    await expect.poll(async () => (await ageMs()) > seconds() * 1_000 + 500).toBe(true)
  } finally {
    await page.close()
  }
})

test("a mistake while drawing ends in no white page: the screen is drawn again by itself", async () => {
  scene.messages = [hello("door"), agenda([booking(-20, 45)])]
  const breaking = `
    const make = document.createElementNS.bind(document)
    let left = 2
    document.createElementNS = (space, name) => {
      if (name === "path" && left-- > 0) throw new Error("broken on purpose")
      return make(space, name)
    }`
  await open({ breaking }, async (page) => {
    await page.getByText("This screen starts again in a moment.").waitFor()
    await page.getByText("In use", { exact: true }).waitFor()
  })
})
