import type { Access } from "@kalends/domain/access"
import type { Problem } from "@kalends/domain/problem"
import { findItemBody, foundItems, shapeOf } from "@kalends/readers/ews/find-item"
import { getItemBody, gotItem, itemsAtOnce } from "@kalends/readers/ews/get-item"
import { itemIdOf } from "@kalends/readers/ews/to-domain"
import { find, textAt, type XmlNode } from "@kalends/readers/xml"
import type { Clock } from "../../ports/clock.ts"
import type { CheckupAsked, Finding } from "../../ports/tenant-source.ts"
import { behind, ofMailbox, ofTenant, tried } from "../findings.ts"
import type { EwsCalls } from "./calls.ts"

type PasswordAccess = Extract<Access, { kind: "password" }>

const signInCodes: ReadonlyMap<string, string> = new Map([
  ["wrong-password", "password-wrong"],
  ["password-expired", "password-expired"],
  ["account-disabled", "account-locked"],
])
const aboutSignIn = [...signInCodes.values()]
/** Events in which a room's own settings show. */
const sampleMost = 20
const sampleDays = 60
/** Fewer say nothing. */
const sampleLeast = 3
const sampleShape = shapeOf(["item:Subject", "item:Body", "calendar:Organizer", "calendar:MyResponseType"], {
  body: "Text",
})

/** Looks at what lets a service account into Exchange, and at some mailboxes, rooms among them. Reads alone, and keeps nothing of what it reads. */
export function createEwsCheckup(calls: EwsCalls, clock: Clock, readAccess: (secret: string) => PasswordAccess) {
  async function signIn(access: Access, asked: CheckupAsked): Promise<readonly Finding[]> {
    const got = await tried(calls.proveSignIn({ access, signal: asked.signal }))
    if (!("problem" in got))
      return [...aboutSignIn, "provider-unreachable", "ews-throttled"].map((code) => ofTenant("right", code))
    const wrong = codeOf(got.problem)
    return [
      ofTenant("wrong", wrong),
      ...behind(wrong, [...aboutSignIn.filter((one) => one !== wrong), "impersonation-denied"]),
    ]
  }

  async function mailboxes(access: PasswordAccess, asked: CheckupAsked): Promise<readonly Finding[]> {
    const findings: Finding[] = []
    const denied: string[] = []
    for (const mailbox of asked.mailboxes) {
      const target = { access: { ...access, mailbox }, signal: asked.signal }
      const got = await tried(calls.getCalendarFolder(target))
      if (!("problem" in got)) {
        findings.push(ofMailbox(mailbox, "right", "mailbox-missing"), ofMailbox(mailbox, "right", "ews-off"))
        const isReadOnly = asked.permission === "read-write" && got.value?.canWrite === false
        findings.push(ofMailbox(mailbox, isReadOnly ? "wrong" : "right", "calendar-read-only"))
        if (got.value !== null) findings.push(...(await room(target, got.value.id, mailbox)))
        continue
      }
      const { code, kind } = got.problem
      if (code === "impersonation-denied") denied.push(mailbox)
      else if (code === "no-mailbox") findings.push(ofMailbox(mailbox, "wrong", "mailbox-missing"))
      else if (kind === "forbidden") findings.push(ofMailbox(mailbox, "wrong", "ews-off"))
      else findings.push(ofTenant("wrong", codeOf(got.problem)))
    }
    return [...findings, ...impersonation(denied, asked.mailboxes)]
  }

  /** What a room does to what it accepts is not told by EWS: it shows in its events, if there are enough of them. */
  async function room(
    target: Parameters<EwsCalls["getItems"]>[0],
    folderId: string,
    mailbox: string,
  ): Promise<readonly Finding[]> {
    const startsAt = clock.now()
    const view = findItemBody({ folderId, startsAt, endsAt: startsAt.add({ hours: 24 * sampleDays }) })
    const { messages } = await calls.ask(target, view)
    const [message] = messages
    const ids = message === undefined ? [] : foundItems(message).items.slice(0, sampleMost).map(itemIdOf)
    const items: XmlNode[] = []
    for (let from = 0; from < ids.length; from += itemsAtOnce) {
      const names = ids.slice(from, from + itemsAtOnce).map((id) => ({ kind: "item", id }) as const)
      const answer = await calls.ask(target, getItemBody(names, sampleShape))
      items.push(...answer.messages.flatMap((one) => gotItem(one) ?? []))
    }
    return roomFindings(
      mailbox,
      items.filter((item) => textAt(item, "MyResponseType") !== "Organizer"),
    )
  }

  return async (asked: CheckupAsked): Promise<readonly Finding[]> => {
    const access = readAccess(asked.secret)
    const first = await signIn(access, asked)
    return first.some(({ outcome }) => outcome === "wrong") ? first : [...first, ...(await mailboxes(access, asked))]
  }
}

function codeOf({ kind, code, context }: Problem): string {
  // A bare 503 is the web server's, which has more to do than it takes, or nothing behind it.
  if (kind === "rate-limited" && context.status !== 503) return "ews-throttled"
  if (kind === "unavailable" || kind === "rate-limited") return "provider-unreachable"
  if (kind === "auth-revoked") return signInCodes.get(code ?? "") ?? "password-wrong"
  return kind === "forbidden" ? "ews-off" : "provider-unreachable"
}

/** The role is missing where nobody can be acted for, its scope is too narrow where some cannot. */
function impersonation(denied: readonly string[], all: readonly string[]): readonly Finding[] {
  if (all.length === 0) return [ofTenant("not-checked", "impersonation-denied")]
  if (denied.length === all.length)
    return [ofTenant("wrong", "impersonation-denied"), ...behind("impersonation-denied", ["impersonation-scope"])]
  return [
    ofTenant("right", "impersonation-denied"),
    ...(denied.length === 0
      ? [ofTenant("right", "impersonation-scope")]
      : denied.map((mailbox) => ofMailbox(mailbox, "wrong", "impersonation-scope"))),
  ]
}

function roomFindings(mailbox: string, items: readonly XmlNode[]): readonly Finding[] {
  if (items.length < sampleLeast) return []
  const subjects = items.map((item) => textAt(item, "Subject")?.trim() ?? "")
  const organizers = items.map((item) => textAt(find(item, "Organizer"), "Mailbox", "Name")?.trim() ?? "")
  const isReplaced = subjects.every((subject, index) => subject !== "" && subject === organizers[index])
  const judged = (isWrong: boolean, code: string) => ofMailbox(mailbox, isWrong ? "doubtful" : "right", code)
  return [
    judged(
      items.every((item) => (textAt(item, "Body") ?? "").trim() === ""),
      "room-strips-body",
    ),
    judged(
      subjects.every((subject) => subject === ""),
      "room-strips-subject",
    ),
    judged(isReplaced, "room-subject-replaced"),
    judged(
      items.every((item) => textAt(item, "MyResponseType") === "NoResponseReceived"),
      "room-not-accepting",
    ),
  ]
}
