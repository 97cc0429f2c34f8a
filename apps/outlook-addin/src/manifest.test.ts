import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { OfficeAddinManifest } from "office-addin-manifest"
import { afterAll, beforeAll, expect, test } from "vitest"
import { japaneseWords, phonePixels, unifiedManifest, wakings, xmlManifest } from "./manifest.ts"
import { requirements } from "./requirements.ts"

const deployment = {
  ...{ service: "https://kalends.example", addinId: "0f2f3a44-6a0b-4d1e-9f0e-6f6b7c1f2a10", version: "1.2.3" },
}
let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-manifest-"))
})
afterAll(() => rm(folder, { recursive: true }))

async function readBack(name: string, text: string) {
  const file = join(folder, name)
  await writeFile(file, text)
  return OfficeAddinManifest.readManifestFile(file)
}

test("Microsoft's own reader finds in both manifests what they were made of", async () => {
  const xml = await readBack("manifest.xml", xmlManifest(deployment))
  const json = await readBack("manifest.json", JSON.stringify(unifiedManifest(deployment)))
  expect(xml).toMatchObject({
    ...{
      id: deployment.addinId,
      displayName: "Kalends",
      defaultLocale: "en-US",
      hosts: ["Mailbox"],
      version: "1.2.3.0",
    },
    ...{ officeAppType: "MailApp", permissions: "ReadWriteItem", appDomains: [deployment.service] },
  })
  expect(json).toMatchObject({
    ...{ id: deployment.addinId, displayName: "Kalends", hosts: ["mail"], version: "1.2.3" },
    ...{ permissions: "MailboxItem.ReadWrite.User", appDomains: ["kalends.example"] },
  })
})

test("neither asks for more than the open event, the words that wait for sending, and shared calendars", () => {
  const xml = xmlManifest(deployment)
  expect(xml.match(/<Permissions>.*?<|<ExtendedPermission>.*?</g)).toEqual([
    ...["<Permissions>ReadWriteItem<", "<ExtendedPermission>AppendOnSend<"],
  ])
  const text = JSON.stringify(unifiedManifest(deployment))
  expect(text.match(/Mailbox[\w.]*\.(User|SharedFolder)/g)).toEqual([
    ...["MailboxItem.ReadWrite.User", "Mailbox.AppendOnSend.User", "Mailbox.SharedFolder"],
  ])
})

test("every event that wakes the add-in is named with the set that it needs", () => {
  const xml = xmlManifest(deployment)
  const json = JSON.stringify(unifiedManifest(deployment))
  for (const { feature, unified, run } of wakings) {
    expect(xml).toContain(`<LaunchEvent Type="${requirements[feature].event}" FunctionName="${run}"`)
    expect(json).toContain(`"minVersion":"${requirements[feature].since}"}]},"events":[{"type":"${unified}"`)
  }
  expect([xml.includes('FunctionName="sending" SendMode="SoftBlock"'), json.includes('"softBlock"')]).toEqual([
    true,
    true,
  ])
})

test("every name that the XML manifest uses is a resource of it, short names are short, and nothing has an odd address", () => {
  const xml = xmlManifest(deployment)
  const named = new Set([...xml.matchAll(/<bt:\w+ id="(\w+)"/g)].map(([, id]) => id))
  const used = new Set([...xml.matchAll(/resid="(\w+)"/g)].map(([, id]) => id))
  expect([...used].filter((id) => !named.has(id))).toEqual([])
  for (const [, value = ""] of xml.matchAll(/<bt:Url id="\w+" DefaultValue="([^"]*)"/g))
    expect(value.startsWith(`${deployment.service}/outlook/`)).toBe(true)
  // Outlook's own bounds: ids of 32 characters, short strings of 125.
  for (const id of named) expect(String(id).length).toBeLessThanOrEqual(32)
})

test("phones have their one function, where they look for meeting services, with a grey icon for each density", async () => {
  const xml = xmlManifest(deployment)
  const [, part = "", after = ""] = xml.split(/<\/?MobileFormFactor>/)
  expect(xml.split("<MobileFormFactor>")).toHaveLength(2)
  expect(part).toMatch(
    /<FunctionFile resid="commands"\/>\s*<ExtensionPoint xsi:type="MobileOnlineMeetingCommandSurface">/,
  )
  expect(part.match(/<FunctionName>\w+</g)).toEqual(["<FunctionName>add<"])
  expect([...part.matchAll(/size="(\d+)" scale="(\d)"/g)].map(([, size, scale]) => `${size}x${scale}`)).toEqual([
    ...["25x1", "25x2", "25x3", "32x1", "32x2", "32x3", "48x1", "48x2", "48x3"],
  ])
  // Only the newer overrides know phones, and they stand behind the computers' part.
  expect(after).toContain("<ExtendedPermissions>")
  for (const pixels of phonePixels) {
    const png = await readFile(join(import.meta.dirname, `../public/assets/phone-${pixels}.png`))
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([pixels, pixels])
  }
})

test("the unified manifest and its Japanese words fit Microsoft's published schema", async () => {
  // The schema and its checker are those that Microsoft's manifest tool brings.
  const tool = createRequire(createRequire(import.meta.url).resolve("office-addin-manifest"))
  const place = tool.resolve("@microsoft/app-manifest")
  const schemas = join(place, "../json-schemas/teams/v1.27")
  const schema = JSON.parse(await readFile(join(schemas, "MicrosoftTeams.schema.json"), "utf8"))
  const Ajv = createRequire(place)("ajv-draft-04")
  const check = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema)
  check(unifiedManifest(deployment))
  expect(check.errors ?? []).toEqual([])
  expect(check({ ...deployment, extensions: "none" })).toBe(false)
  expect(JSON.stringify(japaneseWords())).toContain("会議を追加")
})
