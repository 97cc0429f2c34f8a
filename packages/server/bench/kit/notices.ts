import { parseAccountId, parseCalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import { createHookSecrets } from "../../src/subscriptions/hook-secret.ts"
import { testSecret } from "../../src/testing/node.ts"
import { seededRandom } from "../../src/testing/seeded-random.ts"

/** Calendars that the notices are about. */
export const calendarCount = 20_000

/** Raw HTTP requests as the two push providers send them, each genuine, for another calendar and never the same twice. */
export function createNotices(seed: number): () => string {
  const random = seededRandom(seed)
  const secrets = createHookSecrets(testSecret.derive("hooks"))
  const subjects = Array.from({ length: calendarCount }, () => {
    const subscriptionId = parseSubscriptionId(random.uuid())
    const ids = { accountId: parseAccountId(random.uuid()), calendarId: parseCalendarId(random.uuid()), subscriptionId }
    return { subscriptionId, secret: secrets.write(ids) }
  })
  let number = 0
  return () => {
    number++
    const { subscriptionId, secret } = subjects[number % calendarCount] ?? { subscriptionId: "", secret: "" }
    return number % 2 === 0
      ? graphRequest(subscriptionId, secret, number)
      : googleRequest(subscriptionId, secret, number)
  }
}

/** A notice for one calendar, for latency. */
export function graphRequest(subscriptionId: string, secret: string, number: number): string {
  const item = {
    subscriptionId,
    subscriptionExpirationDateTime: "2026-12-01T18:23:45.9356913Z",
    changeType: "updated",
    resource: "Users/27fea1c2-4a6e-4b6a-9c1b-3f2f2c1d5e6f/Events/AAMkADk0MGFkODE3LWE4MmYtNDRhOS04OGVl",
    resourceData: {
      "@odata.type": "#Microsoft.Graph.Event",
      "@odata.id": "Users/27fea1c2-4a6e-4b6a-9c1b-3f2f2c1d5e6f/Events/AAMkADk0MGFkODE3LWE4MmYtNDRhOS04OGVl",
      "@odata.etag": `W/"DwAAABYAAAAS${number.toString(36)}"`,
      id: "AAMkADk0MGFkODE3LWE4MmYtNDRhOS04OGVl",
    },
    clientState: secret,
    tenantId: "8d6e6a3c-8d3a-4a0c-9a1e-0f6b4a1c2d3e",
  }
  const body = JSON.stringify({ value: [item] })
  return `POST /hooks/graph HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

function googleRequest(subscriptionId: string, secret: string, number: number): string {
  return `POST /hooks/google HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\nuser-agent: APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)\r\nx-goog-channel-id: ${subscriptionId}\r\nx-goog-channel-expiration: Tue, 01 Dec 2026 01:13:52 GMT\r\nx-goog-resource-state: exists\r\nx-goog-resource-id: ret08u3rv24htgh289g\r\nx-goog-resource-uri: https://www.googleapis.com/calendar/v3/calendars/primary/events\r\nx-goog-channel-token: ${secret}\r\nx-goog-message-number: ${number}\r\n\r\n`
}
