import { isProblem } from "@kalends/domain/problem"
import {
  createLineReader,
  type IpcAnswer,
  type IpcRequest,
  ipcHelloSchema,
  ipcOldestVersion,
  ipcRequestMost,
  ipcRequestSchema,
  ipcVersion,
  ipcWaitingMost,
  lineOf,
  parseLine,
} from "@kalends/protocol/ipc"

export type IpcSessionDeps = {
  /** This connection's own. */
  readonly nonce: string
  /** The proof that knowing the secret makes, for either side. */
  readonly proofOf: (side: "agent" | "tool", toolNonce: string) => string
  readonly isSameProof: (a: string, b: string) => boolean
  readonly answer: (request: IpcRequest) => Promise<IpcAnswer>
  readonly send: (line: string) => void
  /** Ends the connection once what was sent is out. */
  readonly hangUp: () => void
}

export type IpcSession = {
  receive(part: Uint8Array): void
  /** Refuses whoever is not in yet. */
  refuse(code: RefusalCode): void
  readonly isIn: boolean
}

const versions = { from: ipcOldestVersion, to: ipcVersion }

/** For tools that do not know the code: old ones in particular. */
const refusals = {
  "wrong-secret": "The desktop agent of Kalends does not know this tool. Start the tool again.",
  "tool-too-old": "This scheduling tool is older than the desktop agent of Kalends. Update the tool.",
  "tool-too-new": "The desktop agent of Kalends is older than this scheduling tool. Update the agent.",
  "too-many-tools": "Too many scheduling tools use the desktop agent of Kalends. Close one.",
  "not-understood": "The desktop agent of Kalends does not understand this tool. Update both.",
  "too-slow": "The scheduling tool did not say in time who it is.",
} as const
export type RefusalCode = keyof typeof refusals

/**
 * One tool's connection, from challenge to end. It is a stranger until its hello has proved that it read the secret; then its
 * requests are answered, each when its answer is there. Whoever sends what is no request of this protocol is told so by
 * number where there is one; whoever sends no lines at all is hung up on.
 */
export function createIpcSession(deps: IpcSessionDeps): IpcSession {
  const reader = createLineReader(ipcRequestMost)
  let state: "stranger" | "in" | "over" = "stranger"
  let waiting = 0

  function refuse(code: RefusalCode): void {
    if (state === "over") return
    state = "over"
    deps.send(lineOf({ kind: "refused", code, message: refusals[code], versions }))
    deps.hangUp()
  }

  function meet(line: string): void {
    const said = parseLine(line)
    const hello = ipcHelloSchema.safeParse(said)
    // Looked at first: a tool of another version may prove itself in another way.
    if (!hello.success) return refuse(isOldHello(said) ? "tool-too-old" : "not-understood")
    const { version, nonce, proof } = hello.data
    if (version < versions.from) return refuse("tool-too-old")
    if (version > versions.to) return refuse("tool-too-new")
    if (!deps.isSameProof(proof, deps.proofOf("tool", nonce))) return refuse("wrong-secret")
    state = "in"
    deps.send(lineOf({ kind: "welcome", version, proof: deps.proofOf("agent", nonce) }))
  }

  async function serve(line: string): Promise<void> {
    const said = parseLine(line)
    const request = ipcRequestSchema.safeParse(said)
    if (!request.success)
      return say(problem(idOf(said), "bad-request", "The scheduling tool sent what the agent does not take."))
    if (waiting >= ipcWaitingMost)
      return say(problem(request.data.id, "too-many-requests", "The scheduling tool asks too much at once."))
    waiting++
    say(await deps.answer(request.data).catch((error: unknown) => problemAnswer(request.data.id, error)))
    waiting--
  }

  function say(answer: IpcAnswer): void {
    if (state === "in") deps.send(lineOf(answer))
  }

  deps.send(lineOf({ kind: "challenge", protocol: "kalends-agent", versions, nonce: deps.nonce }))
  return {
    receive(part) {
      let lines: readonly string[] = []
      try {
        lines = reader.read(part)
      } catch {
        if (state === "stranger") return refuse("not-understood")
        say(problem(null, "bad-request", "The scheduling tool sent what the agent does not take."))
        state = "over"
        return deps.hangUp()
      }
      for (const line of lines) {
        if (state === "stranger") meet(line)
        else if (state === "in") void serve(line)
      }
    },
    refuse,
    get isIn() {
      return state === "in"
    },
  }
}

/** A hello whose shape is not ours, but which says a version before ours. */
function isOldHello(said: unknown): boolean {
  const isHello = typeof said === "object" && said !== null && "kind" in said && said.kind === "hello"
  return isHello && "version" in said && typeof said.version === "number" && said.version < ipcOldestVersion
}

function idOf(said: unknown): number | null {
  const id = typeof said === "object" && said !== null && "id" in said ? said.id : null
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : null
}

const problem = (id: number | null, code: string, message: string): IpcAnswer => ({
  kind: "problem",
  id,
  code,
  message,
})

/** What is said of a call that failed. Whatever is no Problem is a bug, of which a tool learns nothing. */
function problemAnswer(id: number, error: unknown): IpcAnswer {
  if (!isProblem(error)) return problem(id, "agent-failed", "The desktop agent of Kalends could not do that.")
  const { code, kind, message, retryAt } = error
  return {
    ...{ kind: "problem", id, code: (code ?? kind).slice(0, 60), message: message.slice(0, 500) },
    ...(retryAt === null ? {} : { retryAt: retryAt.toString() }),
  }
}
