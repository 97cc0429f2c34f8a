import { describe, expect, test } from "vitest"
import { parseMultistatus } from "./multistatus.ts"
import { classifyPushRegistration } from "./problems.ts"
import { offersPush, readPushMessage } from "./push.ts"

/** The draft's example of a collection's answer, in the propstat that RFC 4918 asks for. */
function properties({ transports = "<P:web-push/>", topic = "O7M1nQ7cKkKTKsoS_j6Z3w", trigger = "1" } = {}) {
  const body = `<multistatus xmlns="DAV:" xmlns:P="https://bitfire.at/webdav-push"><response><href>/webdav/collection/</href><propstat><prop>
    <P:transports>${transports}</P:transports><P:topic>${topic}</P:topic>
    <P:supported-triggers><P:content-update><depth>${trigger}</depth></P:content-update></P:supported-triggers>
  </prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`
  return parseMultistatus(body).responses[0]?.properties ?? {}
}

describe("a collection's push properties", () => {
  test("offer push with Web Push, a topic and changes of members", () => {
    const withKey =
      '<P:web-push><P:vapid-public-key type="p256ecdsa">BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs</P:vapid-public-key></P:web-push>'
    for (const offered of [properties(), properties({ transports: withKey }), properties({ trigger: "infinity" })])
      expect(offersPush(offered)).toBe(true)
  })

  test("offer none with another transport, without a topic, or with changes of the collection itself alone", () => {
    const lacking = [
      {},
      properties({ transports: "<P:pigeon/>" }),
      properties({ transports: "" }),
      properties({ topic: "" }),
      properties({ trigger: "0" }),
      { transports: { "web-push": "" }, topic: "t", "supported-triggers": { "property-update": { depth: "1" } } },
    ]
    expect(lacking.filter(offersPush)).toEqual([])
  })
})

describe("a push message", () => {
  test("with a topic is a change, with the sender's new key a call to register again", () => {
    const changed = `<?xml version="1.0" encoding="utf-8" ?><push-message xmlns="https://bitfire.at/webdav-push" xmlns:D="DAV:"><topic>O7M1nQ7cKkKTKsoS_j6Z3w</topic><content-update><D:sync-token>http://example.com/sync/10</D:sync-token></content-update><property-update /></push-message>`
    const rotated = `<push-message xmlns="https://bitfire.at/webdav-push" xmlns:D="DAV:"><property-update><D:prop><transports /></D:prop></property-update></push-message>`
    expect([readPushMessage(changed), readPushMessage(rotated)]).toEqual(["changed", "key-rotated"])
  })

  test("is nothing else, whatever it holds", () => {
    const others = [
      "",
      "{}",
      "<",
      "<push-message/>",
      "<a><topic>x</topic></a>",
      "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    ]
    expect(others.map(readPushMessage)).toEqual(others.map(() => null))
  })
})

describe("a refused registration", () => {
  const now = Temporal.Instant.from("2026-11-23T09:00Z")
  const kindOf = (status: number) => classifyPushRegistration({ status, headers: {}, body: "" }, now)?.kind ?? null

  test("means polling where the server will not push, and is trouble where it is trouble", () => {
    expect([201, 204].map(kindOf)).toEqual([null, null])
    expect([403, 405, 415, 501, 301].map(kindOf)).toEqual(Array(5).fill("unsupported"))
    expect([401, 404, 429, 503].map(kindOf)).toEqual(["auth-revoked", "not-found", "rate-limited", "unavailable"])
  })
})
