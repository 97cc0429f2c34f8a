import { readdir, readFile, stat } from "node:fs/promises"
import { join, relative } from "node:path"
import { zipSync } from "fflate"

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

/** The same bytes for the same files, so that a hash of it tells them. */
export function zipped(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return zipSync(Object.fromEntries(files), { mtime: "1980-01-02T00:00:00Z", level: 6 })
}
