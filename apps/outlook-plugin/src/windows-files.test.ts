import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { withBlock } from "@kalends/domain/body-block"
import { beforeAll, expect, test } from "vitest"

// The shell's files are built on Windows alone. What they say in several places, and what the core says too, is looked at here.

const names = ["add-in.cs", "host.cs", "kalends-outlook.csproj", "package.wxs", "ribbon.xml"] as const
type Name = (typeof names)[number]
const files = new Map<Name, string>()
beforeAll(async () => {
  for (const name of names) files.set(name, await readFile(join(import.meta.dirname, "../windows", name), "utf8"))
})

/** What a pattern's one group finds, each once. */
const all = (name: Name, pattern: RegExp) => [
  ...new Set([...(files.get(name) ?? "").matchAll(pattern)].map(([, one]) => one)),
]

test("class id, program id and class are the same for Outlook's registry as in the code", () => {
  const [id] = all("add-in.cs", /\[Guid\("([0-9A-F-]{36})"\)\]/g)
  expect(all("package.wxs", /\{([0-9A-F-]{36})\}/g)).toEqual([id])
  const [program = ""] = all("add-in.cs", /\[ProgId\("([\w.]+)"\)\]/g)
  expect(all("package.wxs", /Addins\\([\w.]+)"/g)).toEqual([program])
  expect(all("package.wxs", /Key="ProgId" Type="string" Value="([\w.]+)"/g)).toEqual([program])
  const place = all("add-in.cs", /namespace ([\w.]+)/g)[0]
  expect(all("package.wxs", /Name="Class" Type="string" Value="([\w.]+)"/g)).toEqual([`${place}.AddIn`])
  expect(files.get("add-in.cs")).toContain("public sealed class AddIn :")
})

test("the version is the plugin's own, and what the MSI brings is what is built", async () => {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, "../package.json"), "utf8"))
  expect(all("kalends-outlook.csproj", /<Version>([\d.]+)</g)).toEqual([version])
  const [assembly] = all("kalends-outlook.csproj", /<AssemblyName>(\w+)</g)
  const [host] = all("add-in.cs", /Path\.Combine\(folder, "([\w.-]+)"\)/g)
  expect(all("package.wxs", /Source="\$\(Folder\)\\([\w.-]+)"/g).toSorted()).toEqual(
    [`${assembly}.dll`, host].toSorted(),
  )
  expect(all("package.wxs", /Value="(\w+), Version=\$\(Version\)\.0/g)).toEqual([assembly])
})

test("the ribbon calls functions that there are, and is found under the name that it is built in with", () => {
  const called = all("ribbon.xml", /(?:getLabel|onAction)="(\w+)"/g)
  expect(called).toHaveLength(3)
  for (const name of called) expect(files.get("add-in.cs")).toMatch(new RegExp(`public \\w+ ${name}\\(IRibbonControl`))
  expect(all("add-in.cs", /GetManifestResourceStream\("([\w.]+)"\)/g)).toEqual(
    all("kalends-outlook.csproj", /LogicalName="([\w.]+)"/g),
  )
})

test("the block stands between the lines by which the service finds it again", () => {
  const [first, , last] = withBlock("", "lines").split("\n")
  expect(files.get("add-in.cs")).toContain(`"${first}\\r" + text.Replace("\\n", "\\r") + "\\r${last}"`)
})
