import { Problem, type ProblemKind } from "@kalends/domain/problem"
import { retryAt } from "../parse.ts"
import type { ReadResponse } from "../reader.ts"
import { attributeOf, findDeep, textAt, type XmlNode } from "../xml.ts"
import { messagesOf, operationOf } from "./soap.ts"

/** Where a busy server does not say how long to wait (exchangelib waits as long). */
const busySeconds = 60

type Meaning = { readonly kind: ProblemKind; readonly text: string; readonly code?: string }

const gone = { kind: "not-found", text: "Exchange does not know this item." } as const
const denied = {
  kind: "forbidden",
  text: "Exchange does not allow this with the rights there are.",
  code: "permission-withheld",
} as const
const noMailbox = {
  kind: "unsupported",
  text: "This account has no mailbox on the server.",
  code: "no-mailbox",
} as const
const actingDenied = {
  kind: "forbidden",
  text: "Exchange does not let this account act for the mailbox: its role or the role's scope is missing.",
  code: "impersonation-denied",
} as const
const changed = { kind: "conflict", text: "The item was changed meanwhile." } as const
const lost = { kind: "cursor-lost", text: "Exchange asks to list the calendar anew." } as const
const resting = { kind: "unavailable", text: "Exchange has a problem of its own." } as const
const busy = { kind: "rate-limited", text: "Exchange asks to wait." } as const
const unkept = { kind: "unsupported", text: "Exchange has no way to keep this schedule.", code: "schedule" } as const
const deaf = { kind: "unavailable", text: "Exchange no longer tells of changes here.", code: "stream-lost" } as const

/** What response codes mean (responsecode.md). Those that are not here are "unsupported". */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["ErrorServerBusy", busy],
  ["ErrorExceededConnectionCount", busy],
  ["ErrorExceededSubscriptionCount", busy],
  ["ErrorExceededFindCountLimit", busy],
  ["ErrorTooManyObjectsOpened", busy],
  ["ErrorTimeoutExpired", resting],
  ["ErrorBatchProcessingStopped", resting],
  ["ErrorInternalServerError", resting],
  ["ErrorInternalServerTransientError", resting],
  ["ErrorMailboxStoreUnavailable", resting],
  ["ErrorMailboxMoveInProgress", resting],
  ["ErrorConnectionFailed", resting],
  ["ErrorADUnavailable", resting],
  ["ErrorADOperation", resting],
  ["ErrorMailboxFailover", resting],
  ["ErrorProxyRequestNotAllowed", resting],
  ["ErrorAccessDenied", denied],
  ["ErrorFolderPropertyRequestFailed", denied],
  ["ErrorCreateItemAccessDenied", denied],
  ["ErrorDelegateNoUser", denied],
  ["ErrorAccountDisabled", { kind: "auth-revoked", text: "The account is disabled.", code: "account-disabled" }],
  ["ErrorPasswordExpired", { kind: "auth-revoked", text: "The password has expired.", code: "password-expired" }],
  [
    "ErrorPasswordChangeRequired",
    { kind: "auth-revoked", text: "The password must be changed.", code: "password-expired" },
  ],
  ["ErrorNonExistentMailbox", noMailbox],
  ["ErrorMissingEmailAddress", noMailbox],
  ["ErrorNoRespondingCASInDestinationSite", resting],
  ["ErrorImpersonateUserDenied", actingDenied],
  ["ErrorImpersonationDenied", actingDenied],
  ["ErrorImpersonationFailed", actingDenied],
  ["ErrorInvalidSyncStateData", lost],
  ["ErrorSyncFolderNotFound", { kind: "not-found", text: "Exchange does not know this calendar." }],
  ["ErrorFolderNotFound", { kind: "not-found", text: "Exchange does not know this calendar." }],
  ["ErrorItemNotFound", gone],
  ["ErrorRecurringMasterNotFound", gone],
  ["ErrorCalendarOccurrenceIsDeletedFromRecurrence", gone],
  ["ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", gone],
  ["ErrorInvalidIdMalformed", gone],
  ["ErrorInvalidIdNotAnItemAttachmentId", gone],
  ["ErrorIrresolvableConflict", changed],
  ["ErrorStaleObject", changed],
  ["ErrorChangeKeyRequired", changed],
  ["ErrorChangeKeyRequiredForWriteOperations", changed],
  ["ErrorCalendarInvalidRecurrence", unkept],
  ["ErrorCalendarOutOfRange", unkept],
  ["ErrorCalendarInvalidDayForWeeklyRecurrence", unkept],
  ["ErrorCalendarInvalidDayForTimeChangePattern", unkept],
  ["ErrorOccurrenceCrossingBoundary", unkept],
  ["ErrorOccurrenceTimeSpanTooBig", unkept],
  ["ErrorRecurrenceHasNoOccurrence", unkept],
  ["ErrorCalendarDurationIsTooLong", unkept],
  ["ErrorCalendarEndDateIsEarlierThanStartDate", unkept],
  ["ErrorTimeZone", unkept],
  ["ErrorInvalidTimeZone", unkept],
  ["ErrorSubscriptionNotFound", deaf],
  ["ErrorExpiredSubscription", deaf],
  ["ErrorInvalidSubscription", deaf],
  ["ErrorInvalidWatermark", deaf],
  ["ErrorMissedNotificationEvents", deaf],
  ["ErrorReadEventsFailed", deaf],
])

/** Codes that speak of one item alone: it is set aside, the others are read. */
const itemCodes = new Set([
  "ErrorNameResolutionNoResults",
  "ErrorItemNotFound",
  "ErrorRecurringMasterNotFound",
  "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
  "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
  "ErrorCorruptData",
  "ErrorItemCorrupt",
  "ErrorContentConversionFailed",
  "ErrorMessageSizeExceeded",
  "ErrorItemPropertyRequestFailed",
  "ErrorPropertyRequestFailed",
  "ErrorInvalidIdMalformed",
])

/** What an answer of Exchange means as a whole; null for success, and where only single items failed. The only reader of its status codes. */
export function classifyEws(response: ReadResponse, now: Temporal.Instant): Problem | null {
  const { status, body, headers } = response
  if (status === 200) return body.includes('ResponseClass="Error"') ? failedAsWhole(body, now) : null
  const context = { status }
  if ((status === 401 || status === 403) && isExchangeOnline(headers)) return blockedOnline(context)
  if (status === 401)
    return new Problem("auth-revoked", "Exchange refused the user name or the password.", {
      code: "wrong-password",
      context,
    })
  const fault = status === 500 ? faultOf(body) : null
  if (fault !== null) return problemOf(fault.code, fault.node, now)
  if (status === 403) return problemOf("ErrorAccessDenied", null, now)
  if (status === 404 || status === 405)
    return new Problem("unsupported", "There is no Exchange at this address.", { code: "no-exchange", context })
  const header = headers["retry-after"]
  // IIS has more requests in its queue than it takes: the same as ErrorServerBusy, without saying how long.
  if (status === 429 || status === 503)
    return new Problem("rate-limited", busy.text, { retryAt: retryAt(header, now, busySeconds), context })
  if (status >= 500 || status === 408)
    return new Problem("unavailable", resting.text, { retryAt: retryAt(header, now, 10), context })
  return new Problem("unsupported", "Exchange refused the request.", { context })
}

function failedAsWhole(body: string, now: Temporal.Instant): Problem | null {
  for (const { node, isError, code } of messagesOf(body)) {
    if (isError && !itemCodes.has(code)) return problemOf(code, node, now)
  }
  return null
}

/**
 * The Problem of a response code. `node`: the message or fault, which may say how long to wait (BackOffMilliseconds in
 * MessageXml), or name ErrorServerBusy inside ErrorInternalServerError (ews-throttling-in-exchange.md).
 */
export function problemOf(responseCode: string, node: XmlNode | null, now: Temporal.Instant): Problem {
  const code = responseCode.replace(/[^\w.]/g, "").slice(0, 60)
  const values = node === null ? null : findDeep(node, "MessageXml")
  const backOffMs = Number(values?.children.find((one) => attributeOf(one, "Name") === "BackOffMilliseconds")?.text)
  const isBusyInside = values?.children.some(({ text }) => text === "ErrorServerBusy") === true
  const isBusy = isBusyInside || (code === "ErrorInternalServerError" && backOffMs > 0)
  const meaning: Meaning = isBusy
    ? busy
    : (meanings.get(code) ?? { kind: "unsupported", text: "Exchange refused the request." })
  const seconds = backOffMs > 0 ? String(backOffMs / 1000) : undefined
  const waits = meaning.kind === "rate-limited" ? { retryAt: retryAt(seconds, now, busySeconds) } : {}
  const rests = meaning.kind === "unavailable" ? { retryAt: retryAt(seconds, now, 10) } : {}
  return new Problem(meaning.kind, meaning.text, {
    ...waits,
    ...rests,
    ...(meaning.code === undefined ? {} : { code: meaning.code }),
    context: { code },
  })
}

function faultOf(body: string): { readonly code: string; readonly node: XmlNode } | null {
  try {
    const node = operationOf(body)
    const code = textAt(node, "detail", "ResponseCode") ?? textAt(node, "faultcode")?.replace(/^.*:/, "") ?? null
    return node.name === "Fault" && code !== null ? { code, node } : null
  } catch {
    return null
  }
}

/** Exchange Online tells by which of its servers it answers. */
function isExchangeOnline(headers: ReadResponse["headers"]): boolean {
  return ["x-calculatedbetarget", "x-calculatedfetarget", "x-feefzinfo", "x-proxy-backendserverstatus"].some((name) =>
    /(?:^|\.)(?:outlook\.com|office365\.com)$/i.test(headers[name] ?? ""),
  )
}

/** EWS of Exchange Online ends between October 2026 and April 2027, tenant by tenant: nothing is to be retried. */
export function blockedOnline(context: Readonly<Record<string, string | number | boolean>> = {}): Problem {
  return new Problem("unsupported", "Exchange Online does not answer here: connect with Microsoft 365 instead.", {
    code: "ews-blocked",
    context,
  })
}
