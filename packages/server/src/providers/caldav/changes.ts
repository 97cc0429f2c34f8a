import type { Access } from "@kalends/domain/access"
import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { type DavResponse, xmlText } from "@kalends/readers/caldav/multistatus"
import { addressOnServer, onServer } from "@kalends/readers/caldav/origin"
import { wire } from "@kalends/readers/parse"
import { z } from "zod"
import type { ChangePage, ChangesInput, Cursor, EventChange } from "../../ports/calendar-provider.ts"
import type { CaldavCalls, Target } from "./calls.ts"
import { objectTexts } from "./mapping.ts"

/** A sync token, or for servers without sync-collection the collection's tag and the tags of all objects. */
const cursorSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("token"), token: z.string() }),
  z.object({ kind: z.literal("tags"), ctag: z.string().nullable(), tags: z.record(z.string(), z.string()) }),
])
type CaldavCursor = z.infer<typeof cursorSchema>

/** A calendar with more objects cannot be compared tag by tag; its server must offer sync-collection. */
const tagsMost = 20_000
const pagesMost = 200
/** LAST-MODIFIED is written by whatever app made the change, by its own clock and sometimes hours before it is sent. */
const none: readonly number[] = []

/**
 * Changes by sync-collection, page by page, each with its own cursor; by comparing tags where a server has no tokens.
 * The stream has no window: what changed outside it is told too, and does no harm.
 */
export async function* caldavChanges(
  calls: CaldavCalls,
  base: string,
  input: ChangesInput,
): AsyncGenerator<ChangePage, void, void> {
  const target = targetOf(base, input)
  const cursor = input.cursor === null ? await firstCursor(calls, target) : readCursor(input.cursor)
  const look = createLook(calls, target, input.lookout)
  if (cursor.kind === "tags") return yield await look(await compareTags(calls, target, cursor))
  let token = cursor.token
  for (let page = 0; page < pagesMost; page++) {
    const { responses, syncToken } = await calls.syncCollection(target, token).catch((error: unknown) => {
      // Some servers answer a known token with an odd status after deletions (418 at Nextcloud): compare from the start.
      if (isProblem(error, "unsupported", "conflict") && token !== "")
        throw new Problem("cursor-lost", "The calendar server asks to list the calendar anew.", { cause: error })
      throw error
    })
    if (syncToken === null) throw new Problem("malformed", "The calendar server gave no mark to go on from.")
    // 507 for the collection itself: cut short, to be continued with the new token (RFC 6578 3.6).
    const isCutShort = responses.some((response) => response.status === 507)
    const own = onThisServer(responses, target.url)
    yield await look({
      changes: own.flatMap((response) => change(response, target.url)),
      modifiedAtMs: none,
      malformedCount: responses.length - own.length,
      cursor: writeCursor({ kind: "token", token: syncToken }),
    })
    if (!isCutShort || syncToken === token) return
    token = syncToken
  }
  throw new Problem("malformed", "The calendar server did not come to an end of its pages.")
}

/** Objects read at once. */
const objectsAtOnce = 50

/**
 * Changes come as addresses alone: where somebody looks out, the objects are read in lots, shown, and forgotten. What cannot
 * be read is looked at when its meeting is settled, if it has one.
 */
function createLook(calls: CaldavCalls, target: Target, lookout: ChangesInput["lookout"]) {
  const findsIn = (data: string | null): readonly string[] => {
    try {
      return data === null || lookout === null ? [] : objectTexts(data).flatMap(lookout)
    } catch {
      return []
    }
  }
  return async (page: ChangePage): Promise<ChangePage> => {
    if (lookout === null) return page
    const finds = new Map<string, readonly string[]>()
    const hrefs = page.changes.flatMap((one) => (one.kind === "upserted" ? [one.eventId] : []))
    for (let from = 0; from < hrefs.length; from += objectsAtOnce) {
      const { responses } = await calls.getObjects(target, hrefs.slice(from, from + objectsAtOnce))
      for (const { href, properties } of responses)
        finds.set(new URL(href, target.url).pathname, findsIn(xmlText(properties["calendar-data"])))
    }
    const changes = page.changes.map((one) =>
      one.kind === "upserted"
        ? { ...one, finds: [...new Set(finds.get(new URL(one.eventId, target.url).pathname) ?? [])] }
        : one,
    )
    return { ...page, changes }
  }
}

async function firstCursor(calls: CaldavCalls, target: Target): Promise<CaldavCursor> {
  const { responses } = await calls.findMarks(target)
  const hasTokens = xmlText(responses[0]?.properties["sync-token"]) !== null
  return hasTokens ? { kind: "token", token: "" } : { kind: "tags", ctag: null, tags: {} }
}

async function compareTags(
  calls: CaldavCalls,
  target: Target,
  known: CaldavCursor & { kind: "tags" },
): Promise<ChangePage> {
  const ctag = xmlText((await calls.findMarks(target)).responses[0]?.properties.getctag)
  if (ctag !== null && ctag === known.ctag)
    return { changes: [], modifiedAtMs: none, malformedCount: 0, cursor: writeCursor(known) }
  const { responses } = await calls.listTags(target)
  const own = onThisServer(responses, target.url)
  const tags = Object.fromEntries(
    own
      .filter((response) => isObject(response, target.url))
      .map(({ href, properties }) => [href, xmlText(properties.getetag) ?? ""]),
  )
  if (Object.keys(tags).length > tagsMost)
    throw new Problem("unsupported", "This calendar is too large for a server without sync-collection.", {
      code: "calendar-too-large",
    })
  const upserted = Object.entries(tags)
    .filter(([href, tag]) => known.tags[href] !== tag)
    .map(
      ([href, tag]): EventChange => ({
        kind: "upserted",
        eventId: parseProviderEventId(href),
        seriesId: null,
        version: tag,
        finds: [],
      }),
    )
  const removed = Object.keys(known.tags)
    .filter((href) => tags[href] === undefined)
    .map((href): EventChange => ({ kind: "removed", eventId: parseProviderEventId(href), seriesId: null }))
  const malformedCount = responses.length - own.length
  return {
    changes: [...upserted, ...removed],
    modifiedAtMs: none,
    malformedCount,
    cursor: writeCursor({ kind: "tags", ctag, tags }),
  }
}

/** What has an address elsewhere, or none, is set aside: it could not be fetched without giving the password away. */
function onThisServer(responses: readonly DavResponse[], collectionUrl: string): readonly DavResponse[] {
  return responses.filter(({ href }) => addressOnServer(collectionUrl, href) !== null)
}

function change(response: DavResponse, collectionUrl: string): EventChange[] {
  if (!isObject(response, collectionUrl)) return []
  const eventId = parseProviderEventId(response.href)
  if (response.status === 404) return [{ kind: "removed", eventId, seriesId: null }]
  if (response.status >= 400) return []
  return [{ kind: "upserted", eventId, seriesId: null, version: xmlText(response.properties.getetag), finds: [] }]
}

function isObject({ href, properties }: DavResponse, collectionUrl: string): boolean {
  const isCollection = wire(properties.resourcetype)?.collection !== undefined
  return !isCollection && new URL(href, collectionUrl).pathname !== new URL(collectionUrl).pathname
}

function targetOf(
  base: string,
  {
    access,
    calendarId,
    signal,
  }: { readonly access: Access; readonly calendarId: string; readonly signal: AbortSignal },
): Target {
  return { access, url: onServer(base, calendarId), signal }
}

function readCursor(text: Cursor): CaldavCursor {
  try {
    return cursorSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Problem("cursor-lost", "The mark to go on from cannot be read.", { cause })
  }
}

function writeCursor(cursor: CaldavCursor): Cursor {
  return JSON.stringify(cursor)
}
