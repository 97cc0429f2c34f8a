import { hkdfSync, randomBytes } from "node:crypto"
import { mkdir, open, readFile, stat } from "node:fs/promises"
import { dirname } from "node:path"

/** The 32 bytes of the key file. Everything secret of the service itself is derived from them, each for one purpose. */
export type PlatformSecret = {
  /** A 32-byte key for one purpose; the same purpose gives the same key on every node. */
  derive(
    purpose:
      | "key-encryption"
      | "hooks"
      | "connect-state"
      | "device-tokens"
      | "sign-in-state"
      | "sign-in-attempts"
      | "sync-digests"
      | "meeting-codes"
      | "room-marks"
      | "audit-log",
  ): Uint8Array
}

export function platformSecret(bytes: Uint8Array): PlatformSecret {
  if (bytes.length !== 32) throw new TypeError("the key file must hold 32 bytes")
  return { derive: (purpose) => new Uint8Array(hkdfSync("sha256", bytes, "kalends", `kalends ${purpose} v1`, 32)) }
}

/**
 * Reads the key file, or makes it (mode 0600) where there is none. Base64url text with a line end.
 * Throws Error with a line for the operator when it is readable by others or not 32 bytes.
 */
export async function loadPlatformSecret(path: string): Promise<PlatformSecret> {
  await createKeyFile(path)
  return platformSecret(await readKeyFile(path))
}

/** The 32 bytes of a key file that is there. Throws Error with a line for the operator likewise. */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  const { mode } = await stat(path).catch(() => {
    throw new Error(`There is no key file ${path}.`)
  })
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    throw new Error(`The key file ${path} is readable by others; run: chmod 600 ${path}`)
  const bytes = Buffer.from((await readFile(path, "utf8")).trim(), "base64url")
  if (bytes.length !== 32) throw new Error(`The key file ${path} does not hold 32 bytes in base64url.`)
  return bytes
}

/** A text that others keep up to date, such as a pod's token. */
export const readTextFile = (path: string): Promise<string> => readFile(path, "utf8")

async function createKeyFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  try {
    const file = await open(path, "wx", 0o600)
    await file.writeFile(`${randomBytes(32).toString("base64url")}\n`)
    await file.sync()
    await file.close()
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
  }
}
