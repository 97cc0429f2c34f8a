import { describe, expect, test } from "vitest"
import { inviteListOf } from "./invite-list.ts"

const of = (text: string) => inviteListOf(text).people.map(({ email, displayName }) => `${displayName} ${email}`)

describe("a pasted list", () => {
  test.each([
    ["grace@example.org", ["Grace grace@example.org"]],
    ["grace.hopper+cal@example.org", ["Grace Hopper grace.hopper+cal@example.org"]],
    ["Grace Hopper <Grace@Example.org>", ["Grace Hopper grace@example.org"]],
    ['"Hopper, Grace" <grace@example.org>', ["Hopper, Grace grace@example.org"]],
    ["山田 花子\thanako@example.jp", ["山田 花子 hanako@example.jp"]],
    ["hanako@example.jp,山田 花子", ["山田 花子 hanako@example.jp"]],
    ["'grace@example.org'; o'brien@example.org", ["Grace grace@example.org", "O'brien o'brien@example.org"]],
    ["a@example.org, b@example.org;c@example.org", ["A a@example.org", "B b@example.org", "C c@example.org"]],
    ["Ann <a@example.org>, Ben <b@example.org>", ["Ann a@example.org", "Ben b@example.org"]],
    ["\r\n  a@example.org  \r\n\r\n", ["A a@example.org"]],
    ["", []],
  ])("%j is understood", (text, people) => {
    expect(of(text)).toEqual(people)
    expect(inviteListOf(text).wrong).toEqual([])
  })

  test("says what is no address, counts who is there twice, and keeps the rest", () => {
    const list = inviteListOf("Name\na@example.org\nA@EXAMPLE.ORG\nnot-an@address\nb@example.org")
    expect(list.people.map(({ email }) => email)).toEqual(["a@example.org", "b@example.org"])
    expect(list.wrong).toEqual(["Name", "not-an@address"])
    expect(list.doubled).toBe(1)
  })

  test("gives a name as long as the service takes one", () => {
    expect(inviteListOf(`${"x".repeat(300)} <a@example.org>`).people[0]?.displayName).toHaveLength(120)
  })
})
