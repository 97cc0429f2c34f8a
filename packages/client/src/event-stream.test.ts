import fc from "fast-check"
import { expect, test } from "vitest"
import { createStreamParser } from "./event-stream.ts"

const stream = ':\n\nid: 5\ndata: {"a":1}\n\n: comment\r\ndata: one\r\ndata: two\r\n\r\nevent: x\ndata:bare\n\n'
const expected = [
  { id: "5", data: '{"a":1}' },
  { id: null, data: "one\ntwo" },
  { id: null, data: "bare" },
]

test("messages are the same wherever the stream is cut", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: stream.length - 1 })), (cuts) => {
      const parse = createStreamParser()
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length]
      const messages = edges.slice(1).flatMap((edge, index) => parse(stream.slice(edges[index], edge)))
      expect(messages).toEqual(expected)
    }),
  )
})

test("a message without end does not fill the memory", () => {
  const parse = createStreamParser()
  for (let round = 0; round < 100; round++) parse("data: ".padEnd(10_000, "x"))
  expect(parse("\n\ndata: after\n\n").at(-1)).toEqual({ id: null, data: "after" })
})
