import { Problem } from "@kalends/domain/problem"
import { timeWindow } from "@kalends/domain/window"
import { describe, expect, test } from "vitest"
import { addressOnServer, onServer } from "./origin.ts"
import { caldavReader } from "./window.ts"

const base = "https://dav.example:8443/calendars/ada/"

describe("an address that a calendar server names", () => {
  test("is taken on the origin that the password belongs to", () => {
    for (const href of ["/calendars/ada/work/", "work/", "https://dav.example:8443/calendars/ada/work/"])
      expect(addressOnServer(base, href)).toBe("https://dav.example:8443/calendars/ada/work/")
  })

  test("keeps its path alone when the server does not know the scheme or port that it is reached at", () => {
    for (const href of ["http://dav.example/work/?a=1", "https://ada:secret@dav.example/work/?a=1#top"])
      expect(addressOnServer(base, href)).toBe("https://dav.example:8443/work/?a=1")
  })

  test("is refused on any other host, however it is written", () => {
    const elsewhere = [
      "https://evil.example/calendars/ada/",
      "//evil.example/calendars/ada/",
      "\\\\evil.example/calendars/",
      "https://dav.example.evil.example/",
      "https://dav.example:8443@evil.example/",
      "file:///etc/passwd",
      "javascript:alert(1)",
      "http://[",
    ]
    expect(elsewhere.filter((href) => addressOnServer(base, href) !== null)).toEqual([])
    for (const href of elsewhere) expect(() => onServer(base, href)).toThrow(Problem)
  })

  test("is refused before a window is asked for, in a client too", () => {
    const window = timeWindow(Temporal.Instant.from("2026-11-23T00:00Z"), Temporal.Instant.from("2026-11-30T00:00Z"))
    const ask = () =>
      caldavReader.firstPage({
        apiBase: base,
        calendarId: "https://evil.example/work/" as never,
        window,
        zone: "UTC",
      })
    expect(ask).toThrow(expect.objectContaining({ kind: "malformed", code: "other-server" }))
  })
})
