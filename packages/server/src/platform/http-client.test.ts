import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createHttpClient, isSpecialAddress } from "./http-client.ts"

describe("addresses that somebody may not send the service to", () => {
  test.each([
    ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255", "192.168.0.1"],
    ...["192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"],
    ...["255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe"],
    ...["64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd12::1"],
    ...["fe80::1", "fec0::1", "ff02::1"],
  ])("%s", (address) => {
    expect(isSpecialAddress(address)).toBe(true)
  })

  test.each([
    ...["1.1.1.1", "9.255.255.255", "100.128.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1", "223.255.255.255"],
    ...["2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1", "2003::1"],
  ])("but %s is as good as any", (address) => {
    expect(isSpecialAddress(address)).toBe(false)
  })
})

describe("an address that was typed", () => {
  let http: ReturnType<typeof createHttpClient>
  beforeEach(() => {
    http = createHttpClient({ allowedPrivateHosts: [] })
  })
  afterEach(() => http.close())
  const codeOf = (url: string) =>
    http.send({ method: "GET", url, headers: {}, isUserGiven: true }).then(
      () => "sent",
      (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
    )

  test.each([
    "https://127.0.0.1/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://localhost/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[2002:7f00:1::]/",
    "https://169.254.169.254/latest/meta-data",
    "https://user@10.0.0.1/",
    "https://10.0.0.1./",
  ])("%s is refused before anything is sent", async (url) => {
    expect(await codeOf(url)).toBe("private-address")
  })

  test.each(["http://calendar.example/", "ftp://calendar.example/", "file:///etc/passwd", "http://localhost./"])(
    "%s is not https",
    async (url) => {
      expect(await codeOf(url)).toBe("https-only")
    },
  )
})
