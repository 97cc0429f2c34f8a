import Fastify from "fastify"
import { describe, expect, test } from "vitest"
import { hookWorld } from "../testing/hook-world.ts"
import { hooksRoute } from "./hooks-route.ts"

/** The route as it is mounted, and what it answers: status, body, and headers without the date. */
async function world() {
  const all = hookWorld()
  const app = Fastify({ logger: false, routerOptions: { maxParamLength: 300 } })
  await app.register((own) => hooksRoute(own, all))
  const notice = () => ({ secret: all.secrets.write(all.subject()), kind: "changed", fingerprint: "1" })
  const post = async (url: string, body: string | Buffer = "", type = "application/json") => {
    const {
      statusCode,
      headers,
      body: text,
    } = await app.inject({ method: "POST", url, payload: body, headers: type === "" ? {} : { "content-type": type } })
    const { date: _, ...rest } = headers
    return { statusCode, headers: rest, text }
  }
  return { ...all, notice, post }
}

describe("the hooks route", () => {
  test("answers 202 with nothing in it, byte for byte the same for genuine, forged, unknown, unreadable and oversized", async () => {
    const { notice, post, jobs } = await world()
    const genuine = await post("/hooks/memory", JSON.stringify([notice()]))
    expect(genuine).toMatchObject({ statusCode: 202, text: "" })
    expect(jobs).toHaveLength(1)
    const others = [
      await post("/hooks/memory", JSON.stringify([{ ...notice(), secret: "forged" }])),
      await post("/hooks/memory", "{"),
      await post("/hooks/memory", "", ""),
      await post("/hooks/memory", "<a/>", "text/xml"),
      await post("/hooks/nobody", JSON.stringify([notice()])),
      await post("/hooks/memory/somewhere/below", "[]"),
      await post("/hooks/memory?a=1&a=2", "[]"),
    ]
    expect(others).toEqual(others.map(() => genuine))
    expect(jobs).toHaveLength(1)
    // What was not read to its end leaves the connection of no further use, which the sender knows anyhow.
    const oversized = await post("/hooks/memory", Buffer.alloc(2 * 2 ** 20 + 1, " "))
    expect(oversized).toEqual({ ...genuine, headers: { ...genuine.headers, connection: "close" } })
  })

  test("takes a large batch", async () => {
    const { notice, post, jobs } = await world()
    await post("/hooks/memory", JSON.stringify([{ ...notice(), filling: "x".repeat(2 ** 20) }]))
    expect(jobs).toHaveLength(1)
  })

  test("gives a handshake back as plain text, so that no browser runs it", async () => {
    const { post } = await world()
    const answer = await post("/hooks/memory?hello=%3Cscript%3E")
    expect(answer).toMatchObject({
      statusCode: 200,
      text: "<script>",
      headers: { "content-type": "text/plain; charset=utf-8" },
    })
  })

  test("asks the provider to come again when nothing could be made durable", async () => {
    const { notice, post, state, jobs } = await world()
    state.isFailing = true
    const body = JSON.stringify([notice()])
    expect(await post("/hooks/memory", body)).toMatchObject({ statusCode: 503, text: "" })
    state.isFailing = false
    expect(await post("/hooks/memory", body)).toMatchObject({ statusCode: 202 })
    expect(jobs).toHaveLength(1)
  })
})
