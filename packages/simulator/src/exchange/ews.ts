import { isNextCut, nextFailure } from "../knobs.ts"
import type { Route, SimRequest, SimResponse } from "../server.ts"
import { isAccount } from "./autodiscover.ts"
import { getUserAvailabilityOperation } from "./availability.ts"
import type { Account } from "./directory.ts"
import { findItemOperation } from "./find-item.ts"
import { findFolderOperation, getFolderOperation } from "./folders.ts"
import { getItemOperation } from "./get-item.ts"
import type { Actor } from "./mailboxes.ts"
import {
  convertIdOperation,
  getRoomListsOperation,
  getRoomsOperation,
  getServerTimeZonesOperation,
  resolveNamesOperation,
} from "./people.ts"
import type { SignIn } from "./sign-in.ts"
import { EwsError, errorMessage, responseMessages, soapAnswer, soapFault } from "./soap.ts"
import { getStreamingEventsOperation, type Streams } from "./streaming.ts"
import {
  getEventsOperation,
  type SubscriptionStore,
  subscribeOperation,
  unsubscribeOperation,
} from "./subscriptions.ts"
import { syncFolderItemsOperation } from "./sync-folder.ts"
import type { EwsCall, Operation, World } from "./world.ts"
import { createItemOperation, deleteItemOperation, updateItemOperation } from "./write-item.ts"
import { find, parseXml, textAt, type XmlNode } from "./xml.ts"
import { contextZone, zoneOf } from "./zones.ts"

type Reach = {
  readonly world: World
  readonly signIn: SignIn
  readonly store: SubscriptionStore
  readonly streams: Streams
  readonly count: (operation: string, person: string | null, status: number) => void
}

const writes = ["CreateItem", "UpdateItem", "DeleteItem"]

const operationsOf = ({ store, streams }: Reach): Readonly<Record<string, Operation>> => ({
  GetFolder: getFolderOperation,
  FindFolder: findFolderOperation,
  FindItem: findItemOperation,
  GetItem: getItemOperation,
  CreateItem: createItemOperation,
  UpdateItem: updateItemOperation,
  DeleteItem: deleteItemOperation,
  SyncFolderItems: syncFolderItemsOperation,
  Subscribe: subscribeOperation(store),
  GetEvents: getEventsOperation(store),
  GetStreamingEvents: getStreamingEventsOperation(store, streams),
  Unsubscribe: unsubscribeOperation(store),
  GetServerTimeZones: getServerTimeZonesOperation,
  ResolveNames: resolveNamesOperation,
  GetRoomLists: getRoomListsOperation,
  GetRooms: getRoomsOperation,
  GetUserAvailabilityRequest: getUserAvailabilityOperation,
  ConvertId: convertIdOperation,
})

/** The EWS endpoint: signs in, finds out who acts on what, plays the faults, and does the operation. */
export function ewsRoutes(reach: Reach): readonly Route[] {
  const operations = operationsOf(reach)
  const pattern = /^\/ews\/(exchange\.asmx|services\.wsdl)$/i
  const post = async (request: SimRequest): Promise<SimResponse> => {
    const account = reach.signIn.signIn(request)
    if (!isAccount(account)) {
      reach.count("SignIn", null, account.status)
      return account
    }
    const envelope = parseXml(request.body)
    const operation = operationNode(envelope)
    const { answer, person } = await answerTo(reach, request, { account, envelope, operation, operations })
    reach.count(operation?.name.replace(/Request$/, "") ?? "unknown", person, answer.status)
    return { ...answer, headers: { ...serverHeaders(reach, request, account), ...answer.headers } }
  }
  const get = (request: SimRequest): SimResponse => {
    const account = reach.signIn.signIn(request)
    // Exchange answers a browser with a page about the service.
    return isAccount(account)
      ? {
          status: 200,
          headers: { "content-type": "text/html; charset=utf-8" },
          body: "<html><body>Service</body></html>",
        }
      : account
  }
  return [
    { method: "POST", pattern, handler: post },
    { method: "GET", pattern, handler: get },
    { method: "HEAD", pattern, handler: get },
  ]
}

const operationNode = (envelope: XmlNode | null): XmlNode | null => find(envelope, "Body")?.children[0] ?? null

/** The mailbox server that a call is for: the cookie's when affinity is asked for, else the anchor mailbox's, else one's own. */
function serverOf({ world }: Reach, { headers }: SimRequest, person: Actor["person"]): string {
  const { directory } = world
  const cookie = /X-BackEndOverrideCookie=([^;\s]+)/i.exec(headers.cookie ?? "")?.[1]
  if (cookie !== undefined && headers["x-preferserveraffinity"]?.toLowerCase() === "true")
    return Buffer.from(decodeURIComponent(cookie), "base64").toString("utf8").split("~")[0] ?? "EX01"
  const anchor = directory.findPerson(headers["x-anchormailbox"] ?? "")
  const mailbox = anchor ?? person
  return mailbox === null ? "EX01" : directory.homeOf(mailbox)
}

function serverHeaders(reach: Reach, request: SimRequest, account: Account): Readonly<Record<string, string>> {
  const server = serverOf(reach, request, account.person)
  const wantsAffinity = request.headers["x-preferserveraffinity"]?.toLowerCase() === "true"
  const cookie = Buffer.from(`${server}~1941962754`, "utf8").toString("base64")
  return {
    "x-feserver": "EX01",
    "x-calculatedbetarget": `${server.toLowerCase()}.${reach.world.directory.tenant.domain}`,
    "request-id": reach.world.platform.token(""),
    ...(wantsAffinity
      ? { "set-cookie": `X-BackEndOverrideCookie=${encodeURIComponent(cookie)}; path=/; secure; HttpOnly` }
      : {}),
  }
}

type Asked = {
  readonly account: Account
  readonly envelope: XmlNode | null
  readonly operation: XmlNode | null
  readonly operations: Readonly<Record<string, Operation>>
}

async function answerTo(reach: Reach, request: SimRequest, asked: Asked) {
  const { knobs, platform } = reach.world
  let person: string | null = asked.account.email
  try {
    if (knobs.latencyMs > 0) await new Promise<void>((resolve) => platform.after(knobs.latencyMs, resolve))
    const refused = failure(reach, asked.operation)
    if (refused !== null) return { answer: refused, person }
    const call = callOf(reach, request, asked)
    person = call.actor.person?.email ?? asked.account.email
    const operation = asked.operations[call.operation]
    if (operation === undefined) throw notImplemented(call.operation)
    const done = operation(reach.world, call)
    const answer = typeof done === "string" ? soapAnswer(done) : done
    return { answer: isLost(reach.world, call.operation) ? { ...answer, cut: true } : answer, person }
  } catch (error) {
    if (!(error instanceof EwsError)) throw error
    return { answer: soapFault(error), person }
  }
}

function isLost({ knobs }: World, operation: string): boolean {
  if (knobs.loseWritesNext > 0 && writes.includes(operation)) {
    knobs.loseWritesNext--
    return true
  }
  return isNextCut(knobs)
}

/** The schema knows far more operations than this server has; of what is none at all it says so otherwise. */
const notImplemented = (name: string): EwsError =>
  /^[A-Z][A-Za-z]+$/.test(name)
    ? new EwsError("ErrorInvalidOperation", `The operation ${name} is not available on this server.`, { isFault: true })
    : new EwsError("ErrorInvalidRequest", "The request is invalid.", { isFault: true })

const busyText = "The server cannot service this request right now. Try again later."

/** The fault that is due, in the shapes of ews-throttling-in-exchange.md, table 4. */
function failure({ world: { knobs } }: Reach, operation: XmlNode | null): SimResponse | null {
  const due = nextFailure(knobs)
  if (due === null) return null
  if (due === "down") return { status: 503, headers: { "content-type": "text/html" }, body: "Service Unavailable" }
  if (due === "failed")
    return soapFault(
      new EwsError("ErrorInternalServerError", "An internal server error occurred. The operation failed.", {
        isFault: true,
      }),
    )
  const seconds = knobs.throttleRetryAfterSeconds
  const backOffMs = seconds === null ? null : seconds * 1_000
  if (knobs.busyShape === "unavailable") return { status: 503, headers: { "content-type": "text/html" }, body: "" }
  if (knobs.busyShape === "fault") return soapFault(new EwsError("ErrorServerBusy", busyText, { backOffMs }))
  const name = operation?.name ?? "GetItem"
  const inner = new EwsError("ErrorInternalServerError", `${busyText} Inner error: ErrorServerBusy`, { backOffMs })
  return soapAnswer(
    responseMessages(name, [errorMessage(name, inner).replace("<m:MessageXml>", `<m:MessageXml>${innerBusy}`)]),
  )
}
const innerBusy =
  '<t:Value Name="InnerErrorMessageText">The server cannot service this request right now. Try again later.</t:Value><t:Value Name="InnerErrorResponseCode">ErrorServerBusy</t:Value>'

function callOf(reach: Reach, request: SimRequest, { account, envelope, operation }: Asked): EwsCall {
  if (operation === null)
    throw new EwsError("ErrorSchemaValidation", "The request failed schema validation.", { isFault: true })
  const header = find(envelope, "Header")
  const version = find(header, "RequestServerVersion")?.attributes.Version
  if (version !== undefined && !/^(Exchange20(07|10|13|15|16)(_SP\d)?|V\d[\d_]*)$/.test(version))
    throw new EwsError("ErrorInvalidServerVersion", "The specified server version is invalid.", { isFault: true })
  const actor = actorOf(reach.world, header, account)
  const named = version === "Exchange2007_SP1" ? null : contextZone(header)
  const zone = named === null ? "UTC" : zoneOf(named)
  if (zone === null) throw new EwsError("ErrorTimeZone", "The specified time zone isn't valid.", { isFault: true })
  return {
    operation: operation.name,
    node: operation,
    actor,
    zone,
    hasZone: named !== null,
    server: serverOf(reach, request, actor.person),
    url: request.url.href,
  }
}

/** Who acts: the account's own mailbox, or with the role and within its scope the impersonated one. */
function actorOf({ directory, knobs }: World, header: XmlNode | null, account: Account): Actor {
  const wanted = find(header, "ExchangeImpersonation", "ConnectingSID")
  if (wanted === null) return { account, person: account.person }
  const address = ["PrimarySmtpAddress", "SmtpAddress", "PrincipalName"]
    .map((name) => textAt(wanted, name))
    .find((text) => text !== null)
  const person = directory.findPerson(address ?? "")
  if (person === null)
    throw new EwsError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.", {
      isFault: true,
    })
  if (knobs.isRemoved || account.impersonates === null || !account.impersonates(person))
    throw new EwsError(
      "ErrorImpersonateUserDenied",
      "The account does not have permission to impersonate the requested user.",
      { isFault: true },
    )
  return { account, person }
}
