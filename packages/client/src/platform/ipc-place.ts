import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, type Stats, writeFileSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { Problem } from "@kalends/domain/problem"

/** Where the agent of this person is met: a folder of theirs alone, the address of its socket or pipe, and its secret. */
export type IpcPlace = {
  readonly folder: string
  readonly address: string
  readonly secretFile: string
  readonly isPipe: boolean
}

export type IpcSurroundings = {
  readonly system: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly temporaryFolder: string
  /** Number of the person on a Unix system. */
  readonly uid: number
}

/** Of the running process. */
export function ownSurroundings(): IpcSurroundings {
  return {
    system: process.platform,
    environment: process.env,
    temporaryFolder: tmpdir(),
    uid: process.platform === "win32" ? -1 : userInfo().uid,
  }
}

/** A socket's path is at most so many bytes on macOS, and a few more on Linux. */
const addressBytesMost = 103

/**
 * KALENDS_RUNTIME_DIR names the folder where it is set. Otherwise a Unix system has XDG_RUNTIME_DIR, in memory and the
 * person's own, or a folder of theirs among the temporary ones; Windows has their local application data.
 */
export function ipcPlace({ system, environment, temporaryFolder, uid }: IpcSurroundings): IpcPlace {
  const isPipe = system === "win32"
  const { KALENDS_RUNTIME_DIR: own, XDG_RUNTIME_DIR: runtime, LOCALAPPDATA: local } = environment
  const folder =
    own !== undefined && own !== ""
      ? own
      : isPipe
        ? `${local ?? temporaryFolder}\\Kalends`
        : runtime?.startsWith("/") === true
          ? join(runtime, "kalends")
          : join(temporaryFolder, `kalends-${uid}`)
  // Pipes have one name space for everybody; the folder tells one person's from another's.
  const name = createHash("sha256").update(folder.toLowerCase()).digest("hex").slice(0, 32)
  const address = isPipe ? `\\\\.\\pipe\\kalends-agent-${name}` : join(folder, "agent.sock")
  if (!isPipe && Buffer.byteLength(address) > addressBytesMost)
    throw new Problem("misconfigured", `The path ${address} is too long for a socket; set KALENDS_RUNTIME_DIR.`, {
      code: "path-too-long",
    })
  return { folder, address, secretFile: isPipe ? `${folder}\\agent.secret` : join(folder, "agent.secret"), isPipe }
}

/** Makes the folder where it is missing. Throws as `requirePrivate` does for one that is somebody else's. */
export function openPlace(place: IpcPlace, uid: number): void {
  mkdirSync(place.folder, { recursive: true, mode: 0o700 })
  requirePrivate(place, place.folder, uid)
}

/**
 * Throws Problem "forbidden" (code "not-private") unless the path is the person's own, no link, and nobody else may use it.
 * Stands in for SO_PEERCRED, which Node does not offer: into a folder of mode 0700 only its owner and root can reach.
 * Windows has its own lists of who may; there the folder in the person's profile has theirs, and nothing is looked at.
 */
export function requirePrivate({ isPipe }: IpcPlace, path: string, uid: number): void {
  if (isPipe) return
  const found = lstatSync(path)
  if (found.isSymbolicLink() || found.uid !== uid || !isClosed(found))
    throw new Problem("forbidden", `${path} is not private to you; remove it, or set KALENDS_RUNTIME_DIR.`, {
      code: "not-private",
    })
}

/** A socket's own mode says nothing on some systems; the folder around it is what counts. */
const isClosed = (found: Stats) => found.isSocket() || (found.mode & 0o077) === 0

/** Writes a new secret, in the file of mode 0600 where tools of the same person find it. */
export function writeSecret(place: IpcPlace): string {
  const secret = randomBytes(32).toString("hex")
  const fresh = `${place.secretFile}.${randomBytes(4).toString("hex")}`
  writeFileSync(fresh, `${secret}\n`, { flag: "wx", mode: 0o600 })
  if (!place.isPipe) chmodSync(fresh, 0o600)
  renameSync(fresh, place.secretFile)
  return secret
}

/** The running agent's secret; null where no agent has left one. Throws as `requirePrivate` does. */
export function readSecret(place: IpcPlace, uid: number): string | null {
  try {
    requirePrivate(place, place.folder, uid)
    requirePrivate(place, place.secretFile, uid)
    const secret = readFileSync(place.secretFile, "utf8").trim()
    return /^[0-9a-f]{64}$/.test(secret) ? secret : null
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null
    throw error
  }
}

export const removeSecret = (place: IpcPlace): void => rmSync(place.secretFile, { force: true })

export type ProofInput = {
  readonly secret: string
  readonly agentNonce: string
  readonly toolNonce: string
}

/** Shows that one knows the secret; each side's differs, so that neither can send the other's back. */
export function proofOf(side: "agent" | "tool", { secret, agentNonce, toolNonce }: ProofInput): string {
  return createHmac("sha256", Buffer.from(secret, "hex"))
    .update(`kalends-agent ${side} ${agentNonce} ${toolNonce}`)
    .digest("hex")
}

/** Both are digests in hexadecimal. */
export function isSameProof(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

export const newNonce = (): string => randomBytes(32).toString("hex")
