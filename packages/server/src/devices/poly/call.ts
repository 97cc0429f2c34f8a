import { isProblem } from "@kalends/domain/problem"
import { findZone } from "@kalends/domain/zone"
import { attributeOf, find, parseXml, textAt, type XmlNode } from "@kalends/readers/xml"
import type { KnownDevice } from "../../ports/device-door.ts"
import type { FrontAnswer, FrontRequest } from "../../ports/device-front.ts"
import { folderIdOf } from "./front-item.ts"
import type { Markup } from "./markup.ts"
import type { RoomWatches, Seen } from "./room-watches.ts"
import { EwsError, schemaError } from "./soap.ts"

/** One operation that a device asks for. */
export type EwsCall = {
  readonly operation: string
  readonly node: XmlNode
  readonly device: KnownDevice
  /** In which times without an offset are read. */
  readonly zone: string
  readonly now: Temporal.Instant
  readonly signal: AbortSignal
}

export type Operation = (call: EwsCall) => Promise<Markup | FrontAnswer>

/** What operations work on. */
export type FrontDeps = { readonly watches: RoomWatches }

/** Beyond this age, what was read says nothing about a room any more. */
export const trustedHoursMost = 24

/** Reads the envelope. Throws EwsError for what is none, and where another's mailbox is asked for. */
export function readCall(request: FrontRequest, device: KnownDevice, now: Temporal.Instant): EwsCall {
  const envelope = parsed(request.body)
  const node = envelope.name === "Envelope" ? find(envelope, "Body")?.children[0] : undefined
  if (node === undefined) throw schemaError()
  const acting = find(envelope, "Header", "ExchangeImpersonation", "ConnectingSID")
  if (acting !== null && !acting.children.every(({ text }) => isOwnAddress(device, text.trim())))
    throw new EwsError(
      "ErrorImpersonateUserDenied",
      "The account does not have permission to impersonate the requested user.",
      { isFault: true },
    )
  const zone = attributeOf(find(envelope, "Header", "TimeZoneContext", "TimeZoneDefinition"), "Id")
  const operation = node.name.replace(/Request$/, "")
  return { operation, node, device, zone: findZone(zone) ?? "UTC", now, signal: request.signal }
}

function parsed(body: string): XmlNode {
  try {
    return parseXml(body)
  } catch (error) {
    if (isProblem(error, "malformed")) throw schemaError()
    throw error
  }
}

/** Devices are told a user name, and people often type the room's address, or a domain behind the name. */
export function isOwnAddress({ username, roomAddress }: KnownDevice, address: string): boolean {
  const asked = address.toLowerCase()
  const own = username.toLowerCase()
  return asked === own || asked === roomAddress?.toLowerCase() || asked.replace(/@[^@]*$/, "") === own
}

/** The folders that clients count on finding in a mailbox. There is something in the calendar alone. */
export const folders = [
  "root",
  "msgfolderroot",
  "calendar",
  "inbox",
  "contacts",
  "tasks",
  "drafts",
  "outbox",
  "sentitems",
  "deleteditems",
  "junkemail",
] as const
export type FolderName = (typeof folders)[number]

/** The folder that an id means. Throws EwsError for what is not there, or not this device's. */
export function folderNamed(device: KnownDevice, node: XmlNode): FolderName {
  if (node.name === "DistinguishedFolderId") {
    const mailbox = textAt(node, "Mailbox", "EmailAddress")
    if (mailbox !== null && !isOwnAddress(device, mailbox.trim()))
      throw new EwsError("ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    const found = folders.find((name) => name === attributeOf(node, "Id"))
    if (found !== undefined) return found
  }
  const found = folders.find((name) => folderIdOf(device.room, name) === attributeOf(node, "Id"))
  if (found === undefined)
    throw new EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.")
  return found
}

/**
 * What is known of the device's room. Where nothing is, or what is known is too old, an empty calendar would say that the
 * room is free: throws EwsError in its place.
 */
export async function lookAt({ watches }: FrontDeps, { device, signal, now }: EwsCall): Promise<Seen> {
  const seen = await watches.look(device.room, signal).catch((error: unknown) => {
    if (isProblem(error)) throw unavailable()
    throw error
  })
  if (seen.agenda.readAt.until(now).total("hours") > trustedHoursMost) throw unavailable()
  return seen
}

const unavailable = (): EwsError =>
  new EwsError("ErrorMailboxStoreUnavailable", "The mailbox database is temporarily unavailable.", {
    backOffMs: 60_000,
  })

/** A dateTime of a request; without offset it is read in the caller's zone. Null for what is none. */
export function readDateTime(text: string | null, zone: string): Temporal.Instant | null {
  try {
    if (text === null) return null
    if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return Temporal.Instant.from(text)
    return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant()
  } catch {
    return null
  }
}

/** What came, or why nothing did: an operation of several parts tells it in each part's message. */
export async function orError<Result>(work: Promise<Result>): Promise<Result | EwsError> {
  try {
    return await work
  } catch (error) {
    if (error instanceof EwsError) return error
    throw error
  }
}
