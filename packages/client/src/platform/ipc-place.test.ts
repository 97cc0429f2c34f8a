import { expect, test } from "vitest"
import { ipcPlace, isSameProof, proofOf } from "./ipc-place.ts"

const unix = { system: "linux", temporaryFolder: "/tmp", uid: 1000 } as const

test("the agent is met in the person's runtime folder, or in one of theirs among the temporary ones", () => {
  expect(ipcPlace({ ...unix, environment: { XDG_RUNTIME_DIR: "/run/user/1000" } })).toEqual({
    folder: "/run/user/1000/kalends",
    address: "/run/user/1000/kalends/agent.sock",
    secretFile: "/run/user/1000/kalends/agent.secret",
    isPipe: false,
  })
  expect(ipcPlace({ ...unix, environment: { XDG_RUNTIME_DIR: "run" } }).folder).toBe("/tmp/kalends-1000")
  expect(ipcPlace({ ...unix, environment: { KALENDS_RUNTIME_DIR: "/run/k", XDG_RUNTIME_DIR: "/run/u" } }).folder).toBe(
    "/run/k",
  )
})

test("a path that no socket can have is refused in words", () => {
  expect(() => ipcPlace({ ...unix, environment: { KALENDS_RUNTIME_DIR: `/${"x".repeat(100)}` } })).toThrow("too long")
})

test("on Windows each person has a pipe of their own", () => {
  const pipeOf = (person: string) =>
    ipcPlace({ ...unix, system: "win32", environment: { LOCALAPPDATA: `C:\\Users\\${person}\\AppData\\Local` } })
  expect(pipeOf("ada").address).toMatch(/^\\\\\.\\pipe\\kalends-agent-[0-9a-f]{32}$/)
  expect(pipeOf("ada").secretFile).toBe("C:\\Users\\ada\\AppData\\Local\\Kalends\\agent.secret")
  expect(pipeOf("ada").address).not.toBe(pipeOf("grace").address)
  // Windows does not tell capitals from small letters.
  expect(pipeOf("ada").address).toBe(pipeOf("Ada").address)
})

test("a proof is of one secret, one pair of nonces and one side", () => {
  const input = { secret: "1".repeat(64), agentNonce: "2".repeat(64), toolNonce: "3".repeat(64) }
  const proofs = [
    proofOf("tool", input),
    proofOf("agent", input),
    proofOf("tool", { ...input, secret: "4".repeat(64) }),
    proofOf("tool", { ...input, agentNonce: "4".repeat(64) }),
    proofOf("tool", { ...input, toolNonce: "4".repeat(64) }),
  ]
  expect(new Set(proofs).size).toBe(proofs.length)
  expect([isSameProof(proofOf("tool", input), proofs[0] ?? ""), isSameProof(proofs[0] ?? "", proofs[1] ?? "")]).toEqual(
    [true, false],
  )
  // So that another program that is to speak this protocol can check itself (apps/outlook-plugin/windows).
  expect(proofOf("tool", input)).toMatchInlineSnapshot(
    `"c4dcc810491aefa5cecbb1c3459aa50dc2019b97ecc5cf1097081009ec162c08"`,
  )
})
