import { expect, test } from "vitest"
import { globalFunctions } from "../global-functions.ts"
import { addonWorld } from "../testing/addon-world.ts"
import { manifestOf, parseServiceUrl } from "./manifest.ts"

const deployment = {
  ...{ serviceUrl: "https://calendar.example.org", name: "Kalends", logoUrl: "https://example.org/logo.png" },
  addsByItself: false,
}

test("the manifest names the service alone, the least scopes, and functions that there are", () => {
  const manifest = manifestOf(deployment)
  expect(manifest.urlFetchWhitelist).toEqual(["https://calendar.example.org/"])
  expect(manifest.addOns.common.openLinkUrlPrefixes).toEqual(["https://calendar.example.org/"])
  expect(manifest.addOns.calendar.currentEventAccess).toBe("WRITE")
  expect(manifest.exceptionLogging).toBe("NONE")
  expect(manifest.oauthScopes.filter((scope) => /calendar(\.events)?$|mail|contacts|drive/.test(scope))).toEqual([])
  const named = JSON.stringify(manifest).match(/(?<=unction":")\w+/g) ?? []
  expect(named).toHaveLength(4)
  const { functions } = addonWorld()
  expect(Object.keys(functions)).toEqual(expect.arrayContaining(named))
  expect(Object.keys(functions).toSorted()).toEqual(Object.values(globalFunctions).toSorted())
})

test("the form that adds meetings by itself may write events of the person's own calendars, and the other may not", () => {
  const scope = "https://www.googleapis.com/auth/calendar.events.owned"
  expect(manifestOf(deployment).oauthScopes).not.toContain(scope)
  expect(manifestOf({ ...deployment, addsByItself: true }).oauthScopes).toContain(scope)
})

test.each(["http://calendar.example.org", "https://calendar.example.org/path", "calendar.example.org"])(
  "an add-on is not made for %s",
  (address) => {
    expect(() => parseServiceUrl(address)).toThrow()
    expect(parseServiceUrl("https://calendar.example.org/")).toBe("https://calendar.example.org")
  },
)
