import { Problem } from "@kalends/domain/problem"
import { type IpcAnswer, type IpcRequest, ipcVersion, ipcWaitingMost } from "@kalends/protocol/ipc"
import { expect, test } from "vitest"
import { createIpcSession } from "./ipc-session.ts"

const bytes = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value)}\n`)
const proof = (side: string, nonce: string) => `${side === "tool" ? "1" : "2"}${nonce.slice(1)}`
const toolNonce = "a".repeat(64)
const meetingId = "0198c6f0-0000-7000-8000-000000000001"

function session(answer: (request: IpcRequest) => Promise<IpcAnswer> = async ({ id }) => ({ kind: "removed", id })) {
  const said: { kind: string; code?: string; message?: string; id?: number | null; [name: string]: unknown }[] = []
  let isOver = false
  const own = createIpcSession({
    nonce: "b".repeat(64),
    proofOf: proof,
    isSameProof: (a, b) => a === b,
    answer,
    send: (line) => void said.push(JSON.parse(line)),
    hangUp: () => {
      isOver = true
    },
  })
  return { ...own, said, last: () => said.at(-1), isOver: () => isOver, receive: own.receive }
}

const hello = (change: object = {}) => ({
  kind: "hello",
  version: ipcVersion,
  tool: { name: "Test", version: "1" },
  nonce: toolNonce,
  proof: proof("tool", toolNonce),
  ...change,
})
const remove = (id: number) => ({ kind: "request", id, action: "remove", input: { meetingId } })
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test("a tool that proves that it knows the secret is let in, and is shown the agent's own proof", () => {
  const { receive, said, isOver } = session()
  receive(bytes(hello()))
  expect(said).toMatchObject([
    { kind: "challenge", nonce: "b".repeat(64) },
    { kind: "welcome", version: ipcVersion, proof: proof("agent", toolNonce) },
  ])
  expect(isOver()).toBe(false)
})

test.each([
  ["wrong-secret", hello({ proof: "c".repeat(64) })],
  // The agent's proof is no tool's: nothing that the agent says can be sent back to it.
  ["wrong-secret", hello({ proof: proof("agent", toolNonce) })],
  ["tool-too-old", hello({ version: 0 })],
  ["tool-too-old", { kind: "hello", version: 0, secret: "as it was once" }],
  ["tool-too-new", hello({ version: ipcVersion + 1 })],
  ["not-understood", { kind: "hello" }],
  ["not-understood", remove(1)],
  ["not-understood", null],
])("a stranger is refused with %s and words, and nothing is answered any more", async (code, line) => {
  const asked: IpcRequest[] = []
  const { receive, said, last, isOver } = session(async (request) => {
    asked.push(request)
    return { kind: "removed", id: request.id }
  })
  receive(bytes(line))
  expect(last()).toMatchObject({ kind: "refused", code, message: expect.stringMatching(/\w+ .*\./) })
  expect(isOver()).toBe(true)
  receive(bytes(hello()))
  receive(bytes(remove(2)))
  await settled()
  expect([said.length, asked]).toEqual([2, []])
})

test("requests that arrive behind the hello in one piece are answered, each by its number", async () => {
  const { receive, said } = session()
  const parts = [hello(), remove(7), remove(9)].map(bytes)
  receive(Buffer.concat(parts))
  await settled()
  expect(said.slice(2)).toEqual([
    { kind: "removed", id: 7 },
    { kind: "removed", id: 9 },
  ])
})

test("what is no request is said to be none, by its number where it has one, and the tool stays in", async () => {
  const { receive, said, last } = session()
  receive(bytes(hello()))
  receive(bytes({ kind: "request", id: 3, action: "read-agenda" }))
  receive(bytes({ kind: "request", id: 4, action: "remove", input: { meetingId, attendees: [] } }))
  receive(bytes("what?"))
  expect(said.slice(2).map(({ code, id }) => [code, id])).toEqual([
    ["bad-request", 3],
    ["bad-request", 4],
    ["bad-request", null],
  ])
  receive(bytes(remove(5)))
  await settled()
  expect(last()).toEqual({ kind: "removed", id: 5 })
})

test("a problem is passed on with its code, its words and when to come back; a bug with nothing of its own", async () => {
  const retryAt = Temporal.Instant.from("2026-11-24T09:00:00Z")
  const { receive, said } = session(async ({ id }) => {
    throw id === 1 ? new Problem("rate-limited", "Wait.", { code: "slow-down", retryAt }) : new Error("Comet hunting")
  })
  receive(Buffer.concat([hello(), remove(1), remove(2)].map(bytes)))
  await settled()
  expect(said.slice(2)).toMatchObject([
    { kind: "problem", id: 1, code: "slow-down", message: "Wait.", retryAt: retryAt.toString() },
    { kind: "problem", id: 2, code: "agent-failed" },
  ])
  expect(JSON.stringify(said)).not.toContain("Comet hunting")
})

test("a tool that asks more at once than is let wait is told so", async () => {
  const open: (() => void)[] = []
  const { receive, said } = session(
    ({ id }) => new Promise((resolve) => void open.push(() => resolve({ kind: "removed", id }))),
  )
  const ids = Array.from({ length: ipcWaitingMost + 1 }, (_, index) => index + 1)
  receive(Buffer.concat([hello(), ...ids.map(remove)].map(bytes)))
  expect(said.slice(2)).toMatchObject([{ code: "too-many-requests", id: ipcWaitingMost + 1 }])
  open[0]?.()
  await settled()
  receive(bytes(remove(20)))
  expect(open.length).toBe(ipcWaitingMost + 1)
})

test("whoever sends a line without end is hung up on", () => {
  const stranger = session()
  stranger.receive(new Uint8Array(20_000).fill(65))
  expect([stranger.last()?.code, stranger.isOver()]).toEqual(["not-understood", true])
  const tool = session()
  tool.receive(bytes(hello()))
  tool.receive(new Uint8Array(20_000).fill(65))
  expect([tool.last()?.code, tool.isOver()]).toEqual(["bad-request", true])
})
