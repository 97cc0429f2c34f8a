import { type ProviderEventId, parseProviderEventId } from "@kalends/domain/ids"
import { shapeOf } from "@kalends/readers/ews/find-item"
import { itemIdOf } from "@kalends/readers/ews/to-domain"
import { textAt } from "@kalends/readers/xml"
import type { EventIdentities } from "../../ports/event-identities.ts"
import type { EwsCalls } from "./calls.ts"

const uidShape = shapeOf(["calendar:UID"])

/**
 * Events by their UID. Exchange does not look items up by it: they are found among all singles and masters of the
 * calendar, ten at a time.
 */
export function createEwsIdentities(calls: EwsCalls): EventIdentities {
  return {
    async uidsOf({ access, eventIds, signal }) {
      const names = eventIds.map((id) => ({ kind: "item", id }) as const)
      const items = await calls.getItems({ access, signal }, names, uidShape)
      const found = eventIds.flatMap((id, index) => {
        const uid = textAt(items[index] ?? null, "UID")
        return uid === null ? [] : [[id, uid] as const]
      })
      return new Map(found)
    },
    async eventsOf({ access, calendarId, uids, signal }) {
      const wanted = new Set(uids)
      const found = new Map<string, ProviderEventId>()
      let state: string | null = null
      for (let isLast = false; !isLast && found.size < wanted.size; ) {
        const page = await calls.syncFolderItems({ access, signal }, calendarId, state)
        const names = page.changes.flatMap(({ kind, id }) =>
          kind === "upserted" ? [{ kind: "item", id } as const] : [],
        )
        for (const item of await calls.getItems({ access, signal }, names, uidShape)) {
          const uid = textAt(item, "UID")
          if (item !== null && uid !== null && wanted.has(uid)) found.set(uid, parseProviderEventId(itemIdOf(item)))
        }
        isLast = page.isLast || page.state === state
        state = page.state
      }
      return found
    },
  }
}
