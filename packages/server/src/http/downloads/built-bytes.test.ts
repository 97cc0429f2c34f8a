import { expect, test } from "vitest"
import { zipped } from "./built-bytes.ts"

/** Names and Unix modes, as the zip's own list at its end has them. */
function modesOf(zip: Uint8Array): Readonly<Record<string, string>> {
  const bytes = Buffer.from(zip)
  const modes: Record<string, string> = {}
  const entry = Buffer.from("PK\u0001\u0002")
  for (let at = bytes.indexOf(entry); at >= 0; at = bytes.indexOf(entry, at + 46)) {
    const name = bytes.subarray(at + 46, at + 46 + bytes.readUInt16LE(at + 28)).toString()
    modes[name] = (bytes.readUInt32LE(at + 38) >>> 16).toString(8)
  }
  return modes
}

test("scripts can be run once they are unpacked, and other files are files", () => {
  const names = ["kalends.sh", "kalends.command", "kalends.cmd", "README.txt"]
  const zip = zipped(new Map(names.map((name) => [name, Buffer.from(name)])))
  expect(modesOf(zip)).toEqual({
    ...{ "kalends.sh": "100755", "kalends.command": "100755" },
    ...{ "kalends.cmd": "100644", "README.txt": "100644" },
  })
})

test("the same files are the same bytes, whenever they are zipped", () => {
  const files = new Map([["a.txt", Buffer.from("a")]])
  expect(Buffer.from(zipped(files)).equals(zipped(files))).toBe(true)
})
