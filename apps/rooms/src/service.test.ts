import { expect, test } from "vitest"
import { createDisplayService, Refused } from "./service.ts"

test("a screen says with its token alone that it hears, and throws where it is not taken", async () => {
  const asked: (readonly [string, RequestInit])[] = []
  let answer = new Response(null, { status: 204 })
  const service = createDisplayService(async (path, init) => {
    asked.push([path, init])
    return answer
  }, "Chrome on Android")
  await service.heard("token")
  expect(asked).toMatchObject([["/v1/display/heard", { method: "POST", headers: { authorization: "Bearer token" } }]])
  expect(asked[0]?.[1].body).toBeUndefined()
  answer = Response.json({ type: "about:blank", title: "No.", status: 401, kind: "auth-expired" }, { status: 401 })
  await expect(service.heard("token")).rejects.toThrow(Refused)
})
