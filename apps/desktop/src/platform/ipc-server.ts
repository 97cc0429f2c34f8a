import { chmodSync, linkSync, renameSync, rmSync } from "node:fs"
import { connect, createServer, type Server, type Socket } from "node:net"
import {
  type IpcPlace,
  isSameProof,
  newNonce,
  openPlace,
  proofOf,
  removeSecret,
  writeSecret,
} from "@kalends/client/platform/ipc-place"
import { Problem } from "@kalends/domain/problem"
import { type IpcAnswer, type IpcRequest, ipcAnswerMost } from "@kalends/protocol/ipc"
import { createIpcSession } from "../ipc-session.ts"

export type IpcServerOptions = {
  readonly place: IpcPlace
  readonly uid: number
  readonly answer: (request: IpcRequest) => Promise<IpcAnswer>
  /** Called with how many tools are in, whenever it changes. */
  readonly onTools: (count: number) => void
  readonly toolsMost?: number
  readonly helloMs?: number
}

export type IpcServer = { close(): Promise<void> }

/**
 * Serves scheduling tools at the person's place until closed. Throws Problem "conflict" (code "already-running") where
 * another agent serves there; what a killed one left is taken over.
 */
export async function openIpcServer(options: IpcServerOptions): Promise<IpcServer> {
  const { place, uid } = options
  openPlace(place, uid)
  const sockets = new Set<Socket>()
  const tools = new Set<Socket>()
  let secret = ""
  const server = createServer((socket) => receive(socket, options, { sockets, tools, secret: () => secret }))
  await listen(server, place)
  secret = writeSecret(place)
  return {
    async close() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      removeSecret(place)
      await ended
    },
  }
}

type Shared = {
  readonly sockets: Set<Socket>
  /** Those that are in. */
  readonly tools: Set<Socket>
  readonly secret: () => string
}

/** What may wait to be read by a tool; one that asks and does not read is hung up on. */
const unreadMost = 4 * ipcAnswerMost

function receive(socket: Socket, options: IpcServerOptions, { sockets, tools, secret }: Shared): void {
  const { answer, onTools, toolsMost = 8, helloMs = 5_000 } = options
  const nonce = newNonce()
  const session = createIpcSession({
    nonce,
    proofOf: (side, toolNonce) => proofOf(side, { secret: secret(), agentNonce: nonce, toolNonce }),
    isSameProof,
    answer,
    send(line) {
      if (!socket.destroyed) socket.write(line)
      if (socket.writableLength > unreadMost) socket.destroy()
    },
    hangUp: () => void socket.end(() => socket.destroy()),
  })
  sockets.add(socket)
  const late = setTimeout(() => session.isIn || session.refuse("too-slow"), helloMs)
  socket.on("error", () => {})
  socket.on("data", (part: Buffer) => {
    session.receive(part)
    if (session.isIn && !tools.has(socket)) onTools(tools.add(socket).size)
  })
  socket.on("close", () => {
    clearTimeout(late)
    sockets.delete(socket)
    if (tools.delete(socket)) onTools(tools.size)
  })
  if (sockets.size > toolsMost) session.refuse("too-many-tools")
}

async function listen(server: Server, place: IpcPlace): Promise<void> {
  if (await tryListen(server, place)) return
  // A pipe's name is free as soon as its owner has ended; a socket stays in its folder when its owner is killed.
  if (place.isPipe || !(await takeAway(place.address)) || !(await tryListen(server, place)))
    throw new Problem("conflict", "The desktop agent of Kalends is already running.", { code: "already-running" })
}

function tryListen(server: Server, { address, isPipe }: IpcPlace): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false)
      else reject(error)
    }
    server.once("error", fail)
    server.listen(address, () => {
      server.off("error", fail)
      if (!isPipe) chmodSync(address, 0o600)
      resolve(true)
    })
  })
}

/**
 * Renames a socket that nobody serves aside and looks once more: of two agents that start at once, one gets the place, and
 * a socket that turns out to be served goes back. True where it was nobody's.
 */
async function takeAway(address: string): Promise<boolean> {
  if (await isAnswered(address)) return false
  const aside = `${address.replace(/\.sock$/, "")}.${process.pid}`
  try {
    renameSync(address, aside)
    const isServed = await isAnswered(aside)
    if (isServed) linkSync(aside, address)
    rmSync(aside, { force: true })
    return !isServed
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EEXIST")) return true
    throw error
  }
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}
