import { connect, type Socket } from "node:net"
import { Problem } from "@kalends/domain/problem"
import {
  createLineReader,
  type IpcAnswer,
  type IpcRefusal,
  type IpcRequest,
  ipcAnswerMost,
  ipcAnswerSchema,
  ipcChallengeSchema,
  ipcEntrySchema,
  ipcVersion,
  lineOf,
  parseLine,
} from "@kalends/protocol/ipc"
import { type IpcPlace, isSameProof, newNonce, proofOf, readSecret, requirePrivate } from "./ipc-place.ts"

/** What a tool asks for, without its number. */
export type IpcQuestion = IpcRequest extends infer One
  ? One extends IpcRequest
    ? Omit<One, "kind" | "id">
    : never
  : never

export type IpcLink = {
  /** Throws Problem, with the agent's code, for an answer that is one; "unavailable" when the agent has gone. */
  ask(question: IpcQuestion): Promise<IpcAnswer>
  close(): void
}

export type IpcLinkOptions = {
  readonly place: IpcPlace
  readonly uid: number
  readonly tool: { readonly name: string; readonly version: string }
  /** Other than ipcVersion in tests alone. */
  readonly version?: number
  /** Milliseconds for the way in, and for each answer. */
  readonly patienceMs?: number
}

const noAgent = (cause?: unknown) =>
  new Problem("unavailable", "The desktop agent of Kalends is not running. Start it, and try again.", {
    code: "no-agent",
    cause,
  })

/**
 * Opens a link to the person's agent. Throws Problem "unavailable" (code "no-agent") where none runs, "forbidden" (code
 * "not-private", "not-the-agent") where what is there must not be trusted, and "unsupported" with the agent's code where
 * it refuses.
 */
export async function openIpcLink(options: IpcLinkOptions): Promise<IpcLink> {
  const first = readSecret(options.place, options.uid)
  if (first === null) throw noAgent()
  try {
    return await enter(options, first)
  } catch (error) {
    // An agent that starts listens before its new secret is written; what was read may be the former one's.
    const second = readSecret(options.place, options.uid)
    const isStale = error instanceof Problem && error.code === "wrong-secret" && second !== null && second !== first
    if (!isStale) throw error
    return enter(options, second)
  }
}

async function enter(options: IpcLinkOptions, secret: string): Promise<IpcLink> {
  const { place, uid, tool, version = ipcVersion, patienceMs = 30_000 } = options
  const socket = await openSocket(place, uid)
  const lines = readLines(socket)
  const late = setTimeout(() => socket.destroy(), patienceMs)
  try {
    const challenge = ipcChallengeSchema.safeParse(parseLine(await lines.next()))
    if (!challenge.success) throw notTheAgent()
    const parts = { secret, agentNonce: challenge.data.nonce, toolNonce: newNonce() }
    const proof = proofOf("tool", parts)
    socket.write(lineOf({ kind: "hello", version, tool, nonce: parts.toolNonce, proof }))
    const entry = ipcEntrySchema.safeParse(parseLine(await lines.next()))
    if (!entry.success) throw notTheAgent()
    if (entry.data.kind === "refused") throw refusal(entry.data)
    if (!isSameProof(entry.data.proof, proofOf("agent", parts))) throw notTheAgent()
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(late)
  }
  return askOver(socket, lines, patienceMs)
}

const notTheAgent = () =>
  new Problem("forbidden", "What answers in place of the desktop agent is not it; nothing was sent to it.", {
    code: "not-the-agent",
  })

const refusal = ({ code, message }: IpcRefusal) => new Problem("unsupported", message, { code })

function openSocket(place: IpcPlace, uid: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    try {
      requirePrivate(place, place.address, uid)
    } catch (error) {
      return reject(error instanceof Problem ? error : noAgent(error))
    }
    const socket = connect(place.address)
    socket.once("error", (error) => reject(noAgent(error)))
    socket.once("connect", () => resolve(socket))
  })
}

type Lines = { next(): Promise<string> }

/** The lines of a socket, one at a time; rejects once it has ended. */
function readLines(socket: Socket): Lines {
  const reader = createLineReader(ipcAnswerMost)
  const ready: string[] = []
  const waiting: { resolve(line: string): void; reject(error: Problem): void }[] = []
  let isOver = false
  const end = () => {
    isOver = true
    for (const { reject } of waiting.splice(0)) reject(noAgent())
  }
  socket.on("error", () => {})
  socket.on("close", end)
  socket.on("data", (part: Buffer) => {
    try {
      ready.push(...reader.read(part))
    } catch {
      return socket.destroy()
    }
    while (ready.length > 0 && waiting.length > 0) waiting.shift()?.resolve(ready.shift() ?? "")
  })
  return {
    next: () =>
      new Promise((resolve, reject) => {
        const line = ready.shift()
        if (line !== undefined) resolve(line)
        else if (isOver) reject(noAgent())
        else waiting.push({ resolve, reject })
      }),
  }
}

type Waiting = { resolve(answer: IpcAnswer): void; reject(error: Problem): void }

function askOver(socket: Socket, lines: Lines, patienceMs: number): IpcLink {
  const waiting = new Map<number, Waiting>()
  let lastId = 0

  async function read(): Promise<void> {
    for (;;) {
      const answer = ipcAnswerSchema.safeParse(parseLine(await lines.next()))
      if (!answer.success || answer.data.id === null) return void socket.destroy()
      const asked = waiting.get(answer.data.id)
      waiting.delete(answer.data.id)
      asked?.resolve(answer.data)
    }
  }
  read().catch(() => {
    for (const { reject } of waiting.values()) reject(noAgent())
    waiting.clear()
  })

  return {
    async ask(question) {
      const id = ++lastId
      const late = setTimeout(() => {
        waiting
          .get(id)
          ?.reject(new Problem("unavailable", "The desktop agent did not answer in time.", { code: "timeout" }))
        waiting.delete(id)
      }, patienceMs)
      try {
        const answer = await new Promise<IpcAnswer>((resolve, reject) => {
          if (socket.destroyed) return reject(noAgent())
          waiting.set(id, { resolve, reject })
          socket.write(lineOf({ ...question, kind: "request", id }))
        })
        if (answer.kind !== "problem") return answer
        const retry = answer.retryAt === undefined ? {} : { retryAt: Temporal.Instant.from(answer.retryAt) }
        throw new Problem("unsupported", answer.message, { code: answer.code, ...retry })
      } finally {
        clearTimeout(late)
      }
    },
    close: () => void socket.destroy(),
  }
}
