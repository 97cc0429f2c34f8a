/**
 * A real Chromium out of the package registry, for tests and screenshots. It needs no system packages: the binary, its
 * libraries and fonts are unpacked into `.runtime/` at the first call (2 s, 210 MB).
 */
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core"
import { requireProgram } from "./optional-server.ts"
import { environmentValue, environmentWith, rootFolder, runToEnd } from "./platform.ts"

export type LaunchOptions = {
  /** Profile folder; kept after `close` when given, a temporary one that is deleted otherwise. */
  readonly userDataDir?: string
  readonly headless?: boolean
  /** Folder of an extension to load: Debian's Chromium is started, because the packaged one loads none. */
  readonly extension?: string
  /** Size, colour scheme, locale and the like of the pages. */
  readonly context?: BrowserContextOptions
}

/** An open browser with one profile. */
export type LaunchedBrowser = {
  readonly context: BrowserContext
  readonly userDataDir: string
  readonly close: () => Promise<void>
}

/** What never comes to be is told after this long: a busy machine is slow, and not wrong. */
const patienceMs = 500_000

/** Quiet: no sandbox (tests may run as root), no traffic of the browser's own. */
const quietArgs = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-gpu",
  "--metrics-recording-only",
  "--disable-breakpad",
  "--force-color-profile=srgb",
]

/** Pages at one address have one process, as long as one of them is open. */
const pageArgs = ["--process-per-site"]

/** One extension and no other; this machine alone is reached, whatever a page or the browser itself asks for. */
const extensionArgs = (folder: string) => [
  `--disable-extensions-except=${folder}`,
  `--load-extension=${folder}`,
  "--disable-quic",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]

/** What to start and the environment it needs. */
export type Chromium = { readonly path: string; readonly environment: Readonly<Record<string, string>> }

/** The Chromium to start: the one KALENDS_CHROMIUM names, else the packaged one (Linux on x64), unpacked. */
export async function findChromium(): Promise<Chromium> {
  const own = environmentValue("KALENDS_CHROMIUM")
  if (own !== null) return { path: own, environment: environmentWith({}) }
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(
      "The packaged Chromium runs on Linux x64 only; set KALENDS_CHROMIUM to the path of an installed Chrome or Chromium.",
    )
  const folder = await unpackedFolder()
  const libraries = [join(folder, "al2023", "lib"), environmentValue("LD_LIBRARY_PATH")]
    .filter((path) => path !== null)
    .join(":")
  return {
    path: join(folder, "chromium"),
    environment: environmentWith({ LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, "fonts") }),
  }
}

/**
 * Unpacks once. The package always writes to the temporary folder and takes a half-written binary for a whole one, so a
 * process of its own with another temporary folder does it, and a rename puts the result in place: whoever comes
 * second, even at the same time, finds all of it or nothing.
 */
async function unpackedFolder(): Promise<string> {
  const manifest = await readFile(join(rootFolder, "node_modules/@sparticuz/chromium/package.json"), "utf8")
  const version = /"version": "([^"]+)"/.exec(manifest)?.[1] ?? "unknown"
  const folder = join(rootFolder, ".runtime", `chromium-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(join(rootFolder, ".runtime"), { recursive: true })
  const staging = await mkdtemp(join(rootFolder, ".runtime", "chromium-new-"))
  const script = 'import chromium from "@sparticuz/chromium"\nawait chromium.executablePath()'
  const unpacking = await runToEnd(process.execPath, ["--input-type=module", "--eval", script], {
    // The second name makes the package unpack its copies of libnss3 and the like, which a small system lacks.
    env: environmentWith({ TMPDIR: staging, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" }),
  })
  if (unpacking.code !== 0)
    throw new Error(`Chromium could not be unpacked: ${unpacking.output.trim().split("\n").at(-1) ?? ""}`)
  await writeFile(join(staging, "fonts", "fonts.conf"), fontsConfig(join(folder, "fonts")))
  await rename(staging, folder).catch(async () => {
    await rm(staging, { recursive: true, force: true })
    if (!existsSync(folder)) throw new Error(`Chromium could not be put into ${folder}.`)
  })
  return folder
}

/** The package's own fonts and those of the system, with the cache beside them. */
function fontsConfig(folder: string): string {
  const folders = [folder, "/usr/share/fonts", "/usr/local/share/fonts"].map((path) => `<dir>${path}</dir>`).join("")
  return `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>${folders}<cachedir>${folder}-cache</cachedir></fontconfig>\n`
}

/** Starts Chromium. Throws where neither the packaged one runs nor KALENDS_CHROMIUM names another. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<LaunchedBrowser> {
  const { extension } = options
  const { path: executablePath, environment } =
    extension === undefined
      ? await findChromium()
      : { path: requireProgram("chromium"), environment: environmentWith({}) }
  const userDataDir = options.userDataDir ?? (await mkdtemp(join(tmpdir(), "kalends-chromium-")))
  const context = await chromium.launchPersistentContext(userDataDir, {
    ...options.context,
    executablePath,
    env: environment,
    headless: options.headless ?? true,
    args: [...quietArgs, ...(extension === undefined ? pageArgs : extensionArgs(extension))],
    ...(extension === undefined ? {} : { ignoreDefaultArgs: ["--disable-extensions"] }),
    chromiumSandbox: false,
    timeout: patienceMs,
  })
  context.setDefaultTimeout(patienceMs)
  const close = async () => {
    await context.close()
    if (options.userDataDir === undefined && existsSync(userDataDir))
      await rm(userDataDir, { recursive: true, force: true, maxRetries: 5 })
  }
  return { context, userDataDir, close }
}
