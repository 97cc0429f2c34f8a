import fastify from "fastify"
import { expect, test } from "vitest"
import { readConfig } from "../config.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createErrorHandler } from "./problem-reply.ts"
import { securityTextRoute } from "./security-text.ts"

async function asked(environment: Readonly<Record<string, string>>, hoursLater = 0) {
  const clock = fakeClock()
  const app = fastify()
  app.setErrorHandler(createErrorHandler({ info() {}, warn() {}, error() {} }, clock))
  securityTextRoute(app, readConfig(environment), clock)
  await clock.advance(hoursLater * 3_600_000)
  const { statusCode, headers, body } = await app.inject({ url: "/.well-known/security.txt" })
  await app.close()
  return { statusCode, type: headers["content-type"], body }
}

const contact = {
  KALENDS_PUBLIC_URL: "https://calendar.example.org",
  KALENDS_SECURITY_CONTACT: "mailto:security@example.org, https://example.org/weakness",
  KALENDS_SECURITY_CONTACT_EXPIRES: fakeClock().now().add({ hours: 48 }).toString().slice(0, 10),
}

test("says whom to tell of a weakness, until when, and where it stands", async () => {
  expect(await asked(contact)).toEqual({
    statusCode: 200,
    type: "text/plain; charset=utf-8",
    body: [
      "Contact: mailto:security@example.org",
      "Contact: https://example.org/weakness",
      `Expires: ${contact.KALENDS_SECURITY_CONTACT_EXPIRES}T00:00:00Z`,
      "Canonical: https://calendar.example.org/.well-known/security.txt",
      "",
    ].join("\r\n"),
  })
})

test("is not there without a contact, nor once it is no longer good", async () => {
  expect(await asked({})).toMatchObject({ statusCode: 404 })
  expect(await asked(contact, 49)).toMatchObject({ statusCode: 404 })
})
