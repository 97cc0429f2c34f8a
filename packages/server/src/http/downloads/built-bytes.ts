import { readdir, readFile, stat } from "node:fs/promises"
import { join, relative } from "node:path"
import { type Zippable, zipSync } from "fflate"

const bytesMost = 30 * 1024 * 1024
const filesMost = 500

/** What an app has built: a file's bytes, or those of each file of a folder by its path in it. Null: nothing, or too much. */
export async function builtBytes(path: string): Promise<Uint8Array | ReadonlyMap<string, Uint8Array> | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  if (!found.isDirectory()) return found.size > bytesMost ? null : readFile(path)
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  if (files.length === 0 || files.length > filesMost) return null
  const read = new Map<string, Uint8Array>()
  let bytes = 0
  for (const file of files.sort()) {
    bytes += (await stat(file)).size
    if (bytes > bytesMost) return null
    read.set(relative(path, file).replaceAll("\\", "/"), await readFile(file))
  }
  return read
}

const unix = 3
const modeOf = (name: string) => (/\.(sh|command)$/.test(name) ? 0o100755 : 0o100644)

/** The same bytes for the same files, so that a hash of it tells them. Scripts can be run once they are unpacked. */
export function zipped(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...files].map(([name, bytes]): [string, Zippable[string]] => [
    name,
    [bytes, { os: unix, attrs: modeOf(name) << 16 }],
  ])
  return zipSync(Object.fromEntries(entries), { mtime: "1980-01-02T00:00:00Z", level: 6 })
}
