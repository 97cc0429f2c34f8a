import { createHmac } from "node:crypto"
import { expect, test } from "vitest"
import { createZoomPush, toleranceSeconds } from "./push.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const push = createZoomPush("secret-token")
const hash = (message: string, secret = "secret-token") => createHmac("sha256", secret).update(message).digest("hex")

type Changes = { readonly secret?: string; readonly ageSeconds?: number; readonly signature?: string }

function recognise(body: string, { secret = "secret-token", ageSeconds = 0, signature }: Changes = {}) {
  const timestamp = String(now.epochMilliseconds / 1_000 - ageSeconds)
  const headers = {
    "x-zm-request-timestamp": timestamp,
    "x-zm-signature": signature ?? `v0=${hash(`v0:${timestamp}:${body}`, secret)}`,
  }
  return push.recognise({ method: "POST", path: "", query: {}, headers, body: Buffer.from(body) }, now)
}

const told = (event: string, object: object) =>
  JSON.stringify({ event, event_ts: 1, payload: { account_id: "a", object } })
const updated = told("meeting.updated", { id: 81_234_567_890, topic: "Café" })

test("push-verified: an update or a deletion names its meeting, and nothing else is taken out of it", () => {
  expect(recognise(updated)).toEqual({ kind: "changed", backendIds: ["81234567890"] })
  expect(recognise(told("meeting.deleted", { id: "81234567890", topic: "Café" }))).toEqual({
    kind: "changed",
    backendIds: ["81234567890"],
  })
})

test("push-verified: another secret, another body and no signature are forged", () => {
  expect(recognise(updated, { secret: "guess" })).toEqual({ kind: "forged" })
  expect(recognise(updated, { signature: "" })).toEqual({ kind: "forged" })
  expect(recognise(updated, { signature: `v0=${hash(updated)}` })).toEqual({ kind: "forged" })
  const bare = { method: "POST", path: "", query: {}, headers: {}, body: new Uint8Array() }
  expect(push.recognise(bare, now)).toEqual({ kind: "forged" })
})

test("push-verified: what was signed more than five minutes ago, or is from the future, is stale", () => {
  expect(recognise(updated, { ageSeconds: toleranceSeconds })).toMatchObject({ kind: "changed" })
  expect(recognise(updated, { ageSeconds: toleranceSeconds + 1 })).toEqual({ kind: "stale" })
  expect(recognise(updated, { ageSeconds: -toleranceSeconds - 1 })).toEqual({ kind: "stale" })
})

test("a validation is answered by whoever knows the secret, in the words of Zoom's document", () => {
  const body = JSON.stringify({ event: "endpoint.url_validation", payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" } })
  const answer = recognise(body)
  expect(answer.kind === "handshake" && JSON.parse(answer.text)).toEqual({
    plainToken: "qgg8vlvZRS6UYooatFL8Aw",
    encryptedToken: hash("qgg8vlvZRS6UYooatFL8Aw"),
  })
})

test("a validation that is not signed, or would sign a notification, gets no answer", () => {
  const asking = (plainToken: unknown) => JSON.stringify({ event: "endpoint.url_validation", payload: { plainToken } })
  expect(recognise(asking("token"), { secret: "guess" })).toEqual({ kind: "forged" })
  for (const token of [`v0:${now.epochMilliseconds / 1_000}:${updated}`, "", 7, null, "x".repeat(201)])
    expect(recognise(asking(token))).toEqual({ kind: "unrecognised" })
})

test("other events, other meetings' numbers and what is no JSON do nothing", () => {
  for (const body of [
    told("meeting.started", { id: 81_234_567_890 }),
    told("meeting.updated", { id: "../users/me" }),
    told("meeting.updated", { id: 1 }),
    JSON.stringify({ event: "meeting.updated" }),
    "[]",
    "{",
    "",
  ])
    expect(recognise(body)).toEqual({ kind: "unrecognised" })
})
