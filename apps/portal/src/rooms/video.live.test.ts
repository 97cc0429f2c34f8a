import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { openPage, openVisits, type Visits } from "../../../../e2e/visits.ts"
import type { Scene } from "../../../../packages/ui/src/testing/scene.ts"

// A room's video systems in a real browser, on an API that answers what a scene says.

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})

test("a room's video systems say how they are; one is added, edited, moved, switched off, given another password, and removed", () =>
  visits.visit({
    address: "/#rooms/00000000-0000-4000-8000-000000006001",
    shown: (page) => page.getByText("Codec on the wall").waitFor(),
    async look(page, _tell, scene) {
      await page.getByText(/Up to date · 14 bookings|最新です · 予約 14 件/).waitFor()
      await page.getByText(/It does not answer|応答がありません/).waitFor()
      await page
        .getByRole("button", { name: /^(?:What it was given|送った内容)$/ })
        .first()
        .click()
      await page.getByText(/Review · Ada Lovelace · 123@zoomcrc.com/).waitFor()
      await page.getByText(/· (?:Private meeting|非公開の会議)/).waitFor()
      await page
        .getByRole("button", { name: /^(?:Test|テスト)$/ })
        .first()
        .click()
      await page.getByText(/It answers and takes|パスワードも受け付け/).waitFor()
      await page.getByRole("button", { name: /^(?:Add a video system|端末を追加)$/ }).click()
      await page
        .getByLabel(/^(?:Name|名前)$/)
        .last()
        .fill("Codec at the window")
      await page
        .getByLabel(/^(?:Address|アドレス)$/)
        .last()
        .fill("10.20.0.9")
      await page
        .getByLabel(/^(?:User name|ユーザー名)$/)
        .last()
        .fill("integrator")
      await page.locator('input[type="password"]').last().fill("correct horse")
      await page.getByRole("button", { name: /^(?:Read its certificate|証明書を読む)$/ }).click()
      await page.getByText("9F86 D081", { exact: false }).last().waitFor()
      expect(scene.video.devices).toHaveLength(4)
      await page.getByRole("button", { name: /It is the same: pin it|同じなので固定する/ }).click()
      await page.getByText("Codec at the window").waitFor()
      expect(scene.video.devices.at(-1)?.certificate).toMatch(/^9f86d081/)
      await changeSystems(page, scene)
      expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)
    },
  }))

const list = [
  "Room,Kind,Name,IP address,User name,Password,Fingerprint,Floor",
  "room draco,cisco,Codec in Draco,10.20.0.31,integrator,correct horse,,3",
  "Room Lyra,Cisco,,10.20.0.66,integrator,correct horse,,3",
  `Room Lyra,cisco,Codec in Lyra,10.20.0.32,integrator,correct horse,${"AB:".repeat(31)}AB,3`,
  "Room Lyra,poly,Bar in Lyra,,,,,3",
  "Room Vega,cisco,,10.20.0.33,integrator,correct horse,,3",
  "Room Draco,cisco,,10.20.0.7,integrator,correct horse,,3",
]

test("video systems of a list are looked at, compared and added together, and no password of theirs is shown", () =>
  visits.visit({
    address: "/#rooms/devices",
    shown: (page) =>
      page.getByRole("heading", { level: 1, name: /^(?:Add video systems from a list|端末を一覧から追加)$/ }).waitFor(),
    async look(page, _tell, scene) {
      const paste = page.getByRole("textbox")
      const again = () => page.getByRole("button", { name: /^(?:Another list|別の一覧を使う)$/ }).click()
      await paste.fill([list[0], "Room Draco,cisco,,http://10.20.0.31,,correct horse,,3"].join("\n"))
      await page.getByText(/Line 2, character 19: .*host name|2 行目 19 文字目：.*ホスト名/).waitFor()
      await page.getByText(/“username” is empty|「ユーザー名」が空/).waitFor()
      await again()
      const buffer = Buffer.from(list.join("\r\n"))
      await page.locator('input[type="file"]').setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer })
      await page.getByText(/4 video systems would be added\. 1 is here|4 台が追加されます。1 台はすでに/).waitFor()
      await page.getByText(/No room has this address|このアドレスや名前の会議室はありません/).waitFor()
      await page.getByText(/Here already: Codec on the wall|登録済みです（Codec on the wall/).waitFor()
      await page.getByRole("button", { name: /^(?:Read 2 certificates|2 台の証明書を読む)$/ }).click()
      await page.getByText("9F86 D081", { exact: false }).waitFor()
      await page.getByText(/It does not answer|応答がありません/).waitFor()
      await page.getByRole("checkbox", { name: /I have compared them|比べたので固定する/ }).check()
      expect(await page.content()).not.toContain("correct horse")
      expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true)
      await page.getByRole("button", { name: /^(?:Add 4 video systems|4 台を追加)$/ }).click()
      await page.getByText(/4 video systems added\. 1 was here|4 台を追加しました。1 台は登録済み/).waitFor()
      expect(scene.video.listed.map(({ name, password, certificate }) => [name, password, certificate])).toEqual([
        ["Codec in Draco", "correct horse", expect.stringMatching(/^9f86d081/)],
        ["Cisco Room Lyra", "correct horse", null],
        ["Codec in Lyra", "correct horse", "ab".repeat(32)],
        ["Bar in Lyra", null, null],
      ])
      await page
        .getByText(/Its certificate is pinned|証明書を固定しました/)
        .first()
        .waitFor()
      const downloading = page.waitForEvent("download")
      await page.getByRole("button", { name: /^(?:Download user names|ユーザー名とパスワード)/ }).click()
      const stream = await (await downloading).createReadStream()
      expect((await stream.toArray()).join("")).toContain('"Room Lyra","Bar in Lyra","room-k3v9","k3v9m-7wxqa-2bcdf"')
      await page.getByText(/They were downloaded|ダウンロードしました/).waitFor()
      expect(await page.content()).not.toContain("k3v9m-7wxqa")
    },
  }))

/** Each of the four is changed in another way. */
async function changeSystems(page: Page, scene: Scene): Promise<void> {
  const card = (name: string) => page.getByRole("article", { name })
  const button = (name: string, label: RegExp) => card(name).getByRole("button", { name: label })
  const dialog = page.getByRole("dialog")
  const device = (name: string) => scene.video.devices.find((one) => one.name === name)

  // It shows another certificate than the pinned one: both are there to be compared.
  await card("Codec in the corner").getByText("4A4A 4A4A", { exact: false }).waitFor()
  await card("Codec in the corner").getByText("9F86 D081", { exact: false }).waitFor()
  await button("Codec in the corner", /pin it|固定する/).click()
  await expect.poll(() => device("Codec in the corner")?.certificate).toMatch(/^9f86d081/)

  // Somebody guesses the password of another, so that it is given a new one.
  await card("Poly at the door")
    .getByText(/12 wrong passwords|12 回試され/)
    .waitFor()
  await button("Poly at the door", /^(?:New password|新しいパスワード)$/).click()
  await dialog.getByRole("button", { name: /^(?:New password|新しいパスワード)$/ }).click()
  await page.getByText("k3v9m-7wxqa-2bcdf").waitFor()
  await button("Poly at the door", /noted|控えました/).click()

  await button("Codec on wheels", /^(?:Switch off|停止)$/).click()
  await card("Codec on wheels")
    .getByText(/^(?:Switched off|停止中です)$/)
    .waitFor()

  await button("Codec on the wall", /^(?:Edit|編集)$/).click()
  await dialog.getByLabel(/before the start|開始の何分前/).fill("10")
  await dialog.getByLabel(/^(?:Address|アドレス)/).fill("10.20.0.17")
  await dialog.getByText(/what answers at 10\.20\.0\.7 now|今 10\.20\.0\.7 で応答/).waitFor()
  await dialog.getByRole("radio", { name: "Room Draco" }).check()
  await dialog.getByText(/taken away from it first|先に端末から消され/).waitFor()
  await dialog.getByRole("button", { name: /^(?:Save|保存)$/ }).click()
  await page.getByRole("link", { name: "Room Draco" }).waitFor()
  expect(device("Codec on the wall")).toMatchObject({
    ...{ startBufferMinutes: 10, address: "10.20.0.17" },
    room: { displayName: "Room Draco" },
  })

  await button("Codec on wheels", /^(?:Remove|削除)$/).click()
  await dialog.getByRole("button", { name: /^(?:Remove|削除)$/ }).click()
  await button("Codec on wheels", /Take back|取り消す/).waitFor()
  await button("Codec on wheels", /Take back|取り消す/).click()
  await button("Codec on wheels", /^(?:Remove|削除)$/).waitFor()

  // A room that is removed leaves its system behind, until somebody has seen that it may still show its list.
  scene.video.devices = scene.video.devices.map((one) =>
    one.name === "Codec on wheels" ? { ...one, room: null, state: "left" } : one,
  )
  await openPage(page, "rooms")
  await page.getByRole("heading", { name: /Video systems of removed rooms|削除した会議室の端末/ }).waitFor()
  await button("Codec on wheels", /^(?:Put away|片付ける)$/).click()
  await card("Codec on wheels").waitFor({ state: "detached" })
  await listSystems(page, scene)
}

/** All systems of all rooms, and those alone that need somebody. */
async function listSystems(page: Page, scene: Scene): Promise<void> {
  await page.getByRole("checkbox").click()
  await expect.poll(() => page.getByRole("link", { name: /^Room / }).allTextContents()).toEqual(["Room Lyra"])
  await page.getByRole("link", { name: /^(?:Video systems|ビデオ会議端末)$/ }).click()
  const known = page.getByRole("link", { name: /^(?:Codec|Poly)/ })
  await page.getByRole("link", { name: "Poly at the door" }).waitFor()
  expect(await known.count()).toBe(scene.video.devices.length)
  const at = scene.video.bookings.readAt ?? expect.fail("read once")
  const away = { state: "unread", problem: { kind: "unavailable", code: "room-old", at } } as const
  scene.video.devices = scene.video.devices.map((one) =>
    one.name === "Codec at the window" ? { ...one, ...away, given: { count: 3, at } } : one,
  )
  await page.getByRole("checkbox").click()
  await page.getByText(/calendar is not read|カレンダーを読み取れません/).waitFor()
  await expect.poll(() => known.allTextContents()).toEqual(["Codec at the window"])
  expect(page.url()).toContain("show=trouble")
  await known.click()
  await page.getByRole("heading", { level: 1, name: "Room Cassiopeia" }).waitFor()
}
