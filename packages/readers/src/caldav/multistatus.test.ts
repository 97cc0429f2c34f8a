import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { parseMultistatus, xmlText } from "./multistatus.ts"

const data = (text: string) =>
  `<x:multistatus xmlns:x="DAV:" xmlns="urn:ietf:params:xml:ns:caldav"><x:response><x:href>/a%20b.ics</x:href><x:propstat><x:prop><x:getetag>"1"</x:getetag><calendar-data>${text}</calendar-data></x:prop><x:status>HTTP/1.1 200 OK</x:status></x:propstat></x:response></x:multistatus>`

function calendarData(text: string): string | null {
  return xmlText(parseMultistatus(data(text)).responses[0]?.properties["calendar-data"])
}

describe("a multistatus answer", () => {
  test.each([
    ["A&#13;\nB", "A\r\nB"],
    ["A&#xD;\nB&#x1F52D; &#128301;", "A\r\nB🔭 🔭"],
    ["a &lt; b &amp;amp; c &amp;#13; &quot;d&quot;", 'a < b &amp; c &#13; "d"'],
    ["<![CDATA[a & <b> &#13;]]>", "a & <b> &#13;"],
  ])("holds text however its server escapes it: %j", (written, read) => {
    expect(calendarData(written)).toBe(read)
  })

  test("with thousands of escapes is read like any other", () => {
    expect(calendarData("a &amp; b&#13;\n".repeat(20_000))?.length).toBe("a & b\r\n".length * 20_000 - 2)
  })

  test("tells members that are gone, and a collection that is cut short", () => {
    const gone = "<d:response><d:href>/c/1.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>"
    const cut =
      "<d:response><d:href>/c/</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status><d:error><d:number-of-matches-within-limits/></d:error></d:response>"
    const { responses, syncToken } = parseMultistatus(
      `<d:multistatus xmlns:d="DAV:">${gone}${cut}<d:sync-token>urn:2</d:sync-token></d:multistatus>`,
    )
    expect(responses.map(({ href, status, hasLimitError }) => [href, status, hasLimitError])).toEqual([
      ["/c/1.ics", 404, false],
      ["/c/", 507, true],
    ])
    expect(syncToken).toBe("urn:2")
  })

  test("takes properties from the part that was found", () => {
    const { responses } = parseMultistatus(
      '<multistatus xmlns="DAV:"><response><href>/c/</href><propstat><prop><getctag/></prop><status>HTTP/1.1 404 Not Found</status></propstat><propstat><prop><getetag>"2"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>',
    )
    expect(Object.keys(responses[0]?.properties ?? {})).toEqual(["getetag"])
  })

  test.each(["", "not xml", "<html><body>Sign in</body></html>", "<d:multistatus", "{}", "<a>".repeat(50_000)])(
    "is malformed when it is something else: %j",
    (body) => {
      try {
        parseMultistatus(body)
        expect.unreachable()
      } catch (error) {
        expect(isProblem(error, "malformed")).toBe(true)
      }
    },
  )

  test("may be empty", () => {
    expect(parseMultistatus('<d:multistatus xmlns:d="DAV:"/>')).toEqual({ responses: [], syncToken: null })
  })
})
