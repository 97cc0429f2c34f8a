import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openIpcLink } from "@kalends/client/platform/ipc-link"
import { type IpcPlace, ipcPlace, ownSurroundings } from "@kalends/client/platform/ipc-place"
import type { IpcAnswer, IpcRequest } from "@kalends/protocol/ipc"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type IpcServer, openIpcServer } from "./platform/ipc-server.ts"

// Agent and tools on real sockets in a folder of their own.

const { uid } = ownSurroundings()
const tool = { name: "Test", version: "1" }
const meetingId = "0198c6f0-0000-7000-8000-000000000001"
const echo = async ({ id }: IpcRequest): Promise<IpcAnswer> => ({ kind: "removed", id })

let folder = ""
let place: IpcPlace
let servers: IpcServer[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kalends-ipc-"))
  place = ipcPlace({ ...ownSurroundings(), environment: { XDG_RUNTIME_DIR: folder } })
})
afterEach(async () => {
  for (const server of servers) await server.close()
  servers = []
  rmSync(folder, { recursive: true, force: true })
})

async function serve(change: { readonly toolsMost?: number; readonly answer?: typeof echo } = {}) {
  const counts: number[] = []
  const server = await openIpcServer({
    place,
    uid,
    answer: echo,
    onTools: (count) => void counts.push(count),
    ...change,
  })
  servers.push(server)
  return counts
}
const open = (version?: number) => openIpcLink({ place, uid, tool, ...(version === undefined ? {} : { version }) })
const ask = { action: "remove", input: { meetingId } } as const
const modeOf = (path: string) => lstatSync(path).mode & 0o777

test("a tool is answered; folder, socket and secret are the person's alone, and gone when the agent ends", async () => {
  const counts = await serve()
  expect([modeOf(place.folder), modeOf(place.address), modeOf(place.secretFile)]).toEqual([0o700, 0o600, 0o600])
  const link = await open()
  expect(await Promise.all([link.ask(ask), link.ask(ask)])).toEqual([
    { kind: "removed", id: 1 },
    { kind: "removed", id: 2 },
  ])
  link.close()
  await expect.poll(() => counts).toEqual([1, 0])
  await servers.pop()?.close()
  expect([existsSync(place.address), existsSync(place.secretFile)]).toEqual([false, false])
  await expect(open()).rejects.toMatchObject({ code: "no-agent" })
})

test("a wrong secret is refused, and so are tools of other versions, in words", async () => {
  await serve()
  await expect(open(0)).rejects.toMatchObject({
    code: "tool-too-old",
    message: expect.stringContaining("Update the tool"),
  })
  await expect(open(99)).rejects.toMatchObject({ code: "tool-too-new" })
  writeFileSync(place.secretFile, "0".repeat(64))
  await expect(open()).rejects.toMatchObject({ code: "wrong-secret" })
})

test("a program in the agent's place learns nothing that opens the agent, and gets no request", async () => {
  await serve()
  // It sits at the address, while the secret is the agent's.
  renameSync(place.address, `${place.address}.real`)
  const heard: Buffer[] = []
  const impostor = createServer((socket) => {
    const versions = { from: 1, to: 1 }
    socket.on("error", () => {})
    socket.on("data", (part: Buffer) => {
      heard.push(part)
      socket.write(`${JSON.stringify({ kind: "welcome", version: 1, proof: "0".repeat(64) })}\n`)
    })
    socket.write(
      `${JSON.stringify({ kind: "challenge", protocol: "kalends-agent", versions, nonce: "1".repeat(64) })}\n`,
    )
  })
  await new Promise<void>((resolve) => void impostor.listen(place.address, () => resolve()))
  await expect(open()).rejects.toMatchObject({ code: "not-the-agent" })
  await new Promise((resolve) => impostor.close(resolve))
  const lines = Buffer.concat(heard).toString().trim().split("\n")
  expect(lines.map((line) => JSON.parse(line).kind)).toEqual(["hello"])
})

test("of two agents one serves, and the other says that it does; both go on where one was killed", async () => {
  await serve()
  await expect(serve()).rejects.toMatchObject({ code: "already-running" })
  const link = await open()
  expect(await link.ask(ask)).toMatchObject({ kind: "removed" })
  link.close()
  // What a killed agent leaves: a socket that nobody serves, and its secret.
  await servers.pop()?.close()
  const dead = createServer()
  await new Promise<void>((resolve) => void dead.listen(`${place.address}.dead`, () => resolve()))
  renameSync(`${place.address}.dead`, place.address)
  await new Promise((resolve) => dead.close(resolve))
  writeFileSync(place.secretFile, "1".repeat(64), { mode: 0o600 })
  await expect(open()).rejects.toMatchObject({ code: "no-agent" })
  const results = await Promise.allSettled([serve(), serve()])
  expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"])
  expect((await open()).close()).toBeUndefined()
})

test("a folder that others may use, or that is a link, is neither served nor used", async () => {
  mkdirSync(place.folder, { mode: 0o755 })
  chmodSync(place.folder, 0o755)
  await expect(serve()).rejects.toMatchObject({ code: "not-private" })
  chmodSync(place.folder, 0o700)
  await serve()
  chmodSync(place.folder, 0o750)
  await expect(open()).rejects.toMatchObject({ code: "not-private" })
  chmodSync(place.folder, 0o700)
  renameSync(place.folder, join(folder, "elsewhere"))
  symlinkSync(join(folder, "elsewhere"), place.folder)
  await expect(open()).rejects.toMatchObject({ code: "not-private" })
  rmSync(place.folder)
  renameSync(join(folder, "elsewhere"), place.folder)
  chmodSync(place.secretFile, 0o640)
  await expect(open()).rejects.toMatchObject({ code: "not-private" })
})

test("no more tools than there is room for, and none that does not say who it is", async () => {
  await serve({ toolsMost: 2 })
  const first = await open()
  const silent = connect(place.address)
  await new Promise<void>((resolve) => void silent.once("data", () => resolve()))
  await expect(open()).rejects.toMatchObject({ code: "too-many-tools" })
  silent.destroy()
  await expect.poll(async () => (await open().catch(() => null)) !== null).toBe(true)
  first.close()
})

test("a question whose agent goes away fails, and does not wait for ever", async () => {
  await serve({ answer: () => new Promise<IpcAnswer>(() => {}) })
  const link = await open()
  const asked = link.ask(ask)
  await servers.pop()?.close()
  await expect(asked).rejects.toMatchObject({ code: "no-agent" })
  await expect(link.ask(ask)).rejects.toMatchObject({ code: "no-agent" })
})
