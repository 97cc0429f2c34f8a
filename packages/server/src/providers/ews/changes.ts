import { parseProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ChangePage, ChangesInput, EventChange } from "../../ports/calendar-provider.ts"
import type { ItemChange } from "./calls/sync-folder-items.ts"
import type { EwsCalls } from "./calls.ts"
import { itemTexts, textsShape } from "./mapping/texts.ts"

const pagesMost = 2_000

/**
 * Changes by SyncFolderItems, page by page, each with its own cursor. It knows singles and series, and no window: a change
 * of an occurrence is one of its series, and what changed outside the window is told too, which does no harm.
 */
export async function* ewsChanges(calls: EwsCalls, input: ChangesInput): AsyncGenerator<ChangePage, void, void> {
  const { access, calendarId, signal, lookout } = input
  let state = input.cursor
  for (let page = 0; page < pagesMost; page++) {
    const synced = await calls.syncFolderItems({ access, signal }, calendarId, state)
    const finds = lookout === null ? none : await look(calls, input, synced.changes)
    yield {
      changes: synced.changes.map((change) => asChange(change, finds)),
      modifiedAtMs: synced.changes.flatMap(({ modifiedAtMs }) => modifiedAtMs ?? []),
      malformedCount: synced.malformedCount,
      cursor: synced.state,
    }
    if (synced.isLast) return
    if (synced.state === state) break
    state = synced.state
  }
  throw new Problem("malformed", "Exchange did not come to an end of its pages.")
}

type Finds = ReadonlyMap<string, readonly string[]>
const none: Finds = new Map()

/** What the lookout finds in the texts of what changed. What cannot be read is looked at when its meeting is settled. */
async function look(calls: EwsCalls, input: ChangesInput, changes: readonly ItemChange[]): Promise<Finds> {
  const { access, signal, lookout } = input
  const ids = changes.flatMap((change) => (change.kind === "upserted" ? [change.id] : []))
  const items = await calls.getItems(
    { access, signal },
    ids.map((id) => ({ kind: "item", id })),
    textsShape,
  )
  return new Map(
    ids.map((id, index) => {
      const item = items[index] ?? null
      return [id, item === null || lookout === null ? [] : lookout(itemTexts(item))]
    }),
  )
}

function asChange({ kind, id, changeKey }: ItemChange, finds: Finds): EventChange {
  const eventId = parseProviderEventId(id)
  return kind === "removed"
    ? { kind, eventId, seriesId: null }
    : { kind, eventId, seriesId: null, version: changeKey, finds: finds.get(id) ?? [] }
}
