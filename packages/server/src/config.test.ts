import { describe, expect, test } from "vitest"
import { options, readConfig } from "./config.ts"
import { ConfigError } from "./config-option.ts"

describe("settings", () => {
  test("an empty environment gives a service on loopback with the embedded database", () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 8080,
      publicUrl: "http://localhost:8080",
      databaseUrl: null,
      hookUrl: null,
      keyFile: "./data/key",
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  test("an https public address is also where providers reach us", () => {
    expect(readConfig({ KALENDS_PUBLIC_URL: "https://cal.example.org/" }).hookUrl).toBe("https://cal.example.org")
  })

  const elsewhere = "postgres://kalends:secret@db.example.org/kalends"
  test.each([
    { DATABASE_URL: "postgres://kalends:secret@127.0.0.1:5432/kalends" },
    { DATABASE_URL: "postgres://kalends@%2Fvar%2Frun%2Fpostgresql/kalends" },
    { DATABASE_URL: "postgres:///kalends?host=/var/run/postgresql" },
    { DATABASE_URL: `${elsewhere}?sslmode=verify-full&sslrootcert=/etc/ca.pem` },
    { DATABASE_URL: elsewhere, KALENDS_NATS_URL: "nats://nats.example.org", KALENDS_PLAIN_INSIDE: "yes" },
    { KALENDS_NATS_URL: "nats://localhost:4222" },
    { KALENDS_NATS_URL: "tls://nats.example.org:4222" },
  ])("what goes to this machine, goes by TLS, or is said to be safe, is taken: %j", (environment) => {
    expect(() => readConfig(environment)).not.toThrow()
  })

  test.each([
    [{ DATABASE_URL: elsewhere }, /KALENDS_PLAIN_INSIDE=yes/],
    [{ DATABASE_URL: `${elsewhere}?sslmode=no-verify` }, /sslmode=verify-full/],
    [{ DATABASE_URL: `${elsewhere}?sslmode=verify-full&uselibpqcompat=true` }, /sslmode=verify-full/],
    [{ DATABASE_URL: "postgres:///kalends?host=db.example.org" }, /sslmode=verify-full/],
    [{ KALENDS_NATS_URL: "nats://nats.example.org:4222" }, /not a tls:\/\/ address/],
    [{ KALENDS_NATS_URL: "localhost:4222,nats.example.org" }, /not a tls:\/\/ address/],
  ])(
    "what would go to another machine without TLS stops the start, and tells no password: %j",
    (environment, message) => {
      expect(() => readConfig(environment)).toThrow(message)
      expect(() => readConfig(environment)).not.toThrow(/secret/)
    },
  )

  test.each([
    [{ KALENDS_PORT: "eighty" }, /KALENDS_PORT.*whole number from 0 to 65535/],
    [{ KALENDS_RECONCILE_PUSH_SECONDS: "1" }, /from 5 to 86400 \(seconds\)/],
    [{ KALENDS_BEHIND_PROXY: "maybe" }, /write yes or no/],
    [{ KALENDS_PUBLIC_URL: "http://cal.example.org" }, /use https/],
    [{ KALENDS_PUBLIC_URL: "https://u:p@cal.example.org" }, /without query and credentials/],
    [{ KALENDS_HOST: "0.0.0.0" }, /there is no TLS/],
    [{ KALENDS_MICROSOFT_CLIENT_ID: "x" }, /KALENDS_MICROSOFT_CLIENT_SECRET is missing/],
    [{ KALENDS_GOOGLE_CLIENT_SECRET: "x" }, /KALENDS_GOOGLE_CLIENT_ID is missing/],
    [{ KALENDS_BBB_URL: "https://bbb.example.org/bigbluebutton/" }, /KALENDS_BBB_SECRET is missing/],
    [{ KALENDS_BBB_GUESTS: "dance" }, /write one of enter, wait, refuse/],
    [{ KALENDS_ZOOM_WEBHOOK_SECRET: "x" }, /KALENDS_ZOOM_ACCOUNT_ID is missing/],
    [{ KALENDS_MICROSOFT_CLIENT_SECRET_EXPIRES: "soon" }, /write a day such as/],
    [{ KALENDS_SECURITY_CONTACT: "mailto:s@example.org" }, /KALENDS_SECURITY_CONTACT_EXPIRES is missing/],
    [{ KALENDS_SECURITY_CONTACT_EXPIRES: "2027-05-31" }, /KALENDS_SECURITY_CONTACT is missing/],
    [
      { KALENDS_SECURITY_CONTACT: "http://example.org", KALENDS_SECURITY_CONTACT_EXPIRES: "2027-05-31" },
      /write addresses such as mailto:/,
    ],
    [{ KALENDS_LOG_LEVEL: "loud" }, /write one of debug/],
    [{ KALENDS_PUBLIC_ULR: "https://x.example" }, /did you mean KALENDS_PUBLIC_URL/],
  ])("names the option and its fix for %j", (environment, line) => {
    expect(() => readConfig(environment)).toThrow(ConfigError)
    expect(() => readConfig(environment)).toThrow(line)
  })

  test("no message repeats a secret", () => {
    const secrets = options.filter((entry) => entry.secret).map((entry) => [entry.env, "hush-hush-hush"])
    try {
      readConfig({ ...Object.fromEntries(secrets), KALENDS_PORT: "x" })
    } catch (error) {
      expect(String(error)).not.toContain("hush")
    }
  })

  test("every option has its own environment name and an explanation", () => {
    expect(new Set(options.map((entry) => entry.env)).size).toBe(options.length)
    for (const entry of options) expect(entry.text.length).toBeGreaterThan(10)
  })
})
