import { Problem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"

/** Deeper than anything that a schema of ours asks for. */
const depthMost = 32

/** Codings that unpack nothing: aes128gcm is how a Web Push message is encrypted (RFC 8188), as long as it was. */
const plainCodings = ["identity", "aes128gcm"]

/**
 * JSON as it is: no prototypes, no nesting without end, and nothing that has to be unpacked first, whose size nobody knows
 * before.
 */
export function takePlainJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error")
  app.addHook("onRequest", async ({ headers }) => {
    const encoding = headers["content-encoding"]
    if (encoding !== undefined && !plainCodings.includes(encoding))
      throw new Problem("unsupported", "Send the body as it is, not compressed.", { code: "compressed-body" })
  })
  app.removeContentTypeParser("application/json")
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = String(body)
    if (isDeep(text)) return done(Object.assign(new Error("nested too deeply"), { statusCode: 400 }))
    return parse(request, text, done)
  })
}

/** One look at each character; brackets within strings do not count. */
export function isDeep(text: string): boolean {
  let depth = 0
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === "\\" && isInText) at++
    else if (sign === '"') isInText = !isInText
    else if (isInText) continue
    else if (sign === "[" || sign === "{") depth++
    else if (sign === "]" || sign === "}") depth--
    if (depth > depthMost) return true
  }
  return false
}
