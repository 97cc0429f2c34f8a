import { Problem } from "@kalends/domain/problem"
import { shapeOf } from "@kalends/readers/ews/find-item"
import { attributeOf, escapeXml, find, textAt, type XmlNode } from "@kalends/readers/xml"
import type { Clock } from "../../../ports/clock.ts"
import { type Ask, onlyMessage, type Target } from "./ask.ts"

/** More is refused (syncfolderitems-operation.md). */
export const changesMost = 512

export type ItemChange = {
  readonly kind: "upserted" | "removed"
  readonly id: string
  readonly changeKey: string | null
  /** When it was changed, by the server's clock (epoch ms); null where it does not say. */
  readonly modifiedAtMs: number | null
}
export type SyncedPage = {
  readonly state: string
  readonly isLast: boolean
  readonly changes: readonly ItemChange[]
  readonly malformedCount: number
}

/** SyncFolderItems: singles and masters that changed since a state; null lists all. */
export async function syncFolderItems(
  { ask, clock }: { readonly ask: Ask; readonly clock: Clock },
  target: Target,
  folderId: string,
  state: string | null,
): Promise<SyncedPage> {
  const since = state === null ? "" : `<m:SyncState>${escapeXml(state)}</m:SyncState>`
  const body = `<m:SyncFolderItems>${shapeOf(["item:LastModifiedTime"])}<m:SyncFolderId><t:FolderId Id="${escapeXml(folderId)}"/></m:SyncFolderId>${since}<m:MaxChangesReturned>${changesMost}</m:MaxChangesReturned></m:SyncFolderItems>`
  const { node } = onlyMessage(await ask(target, body), clock)
  const next = textAt(node, "SyncState")
  if (next === null) throw new Problem("malformed", "Exchange gave no mark to go on from.")
  const told = (find(node, "Changes")?.children ?? []).map(changeOf)
  return {
    state: next,
    isLast: textAt(node, "IncludesLastItemInRange") !== "false",
    changes: told
      .filter((change) => change !== null && change !== "passed")
      .filter((change) => typeof change === "object"),
    malformedCount: told.filter((change) => change === null).length,
  }
}

/** Null for what cannot be read; "passed" for what concerns no event. */
function changeOf(node: XmlNode): ItemChange | "passed" | null {
  if (node.name === "ReadFlagChange") return "passed"
  const item = node.name === "Delete" ? node : (node.children[0] ?? null)
  const id = find(item, "ItemId")
  const name = attributeOf(id, "Id")
  if (name === null) return null
  // A calendar may hold what is no calendar item (a message that was dragged there).
  if (node.name !== "Delete" && item?.name !== "CalendarItem") return "passed"
  return {
    kind: node.name === "Delete" ? "removed" : "upserted",
    id: name,
    changeKey: attributeOf(id, "ChangeKey"),
    modifiedAtMs: timeOf(textAt(item, "LastModifiedTime")),
  }
}

function timeOf(text: string | null): number | null {
  const ms = Date.parse(text ?? "")
  return Number.isNaN(ms) ? null : ms
}
