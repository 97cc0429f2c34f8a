import { escapeXml, find, textAt, type XmlNode } from "@kalends/readers/xml"
import type { Clock } from "../../../ports/clock.ts"
import { type Ask, onlyMessage, type Target } from "./ask.ts"

export type NamedMailbox = { readonly email: string; readonly displayName: string }

/** GetRoomLists: the lists that administrators have put rooms into. */
export async function getRoomLists(ask: Ask, clock: Clock, target: Target): Promise<readonly NamedMailbox[]> {
  const { node } = onlyMessage(await ask(target, "<m:GetRoomLists/>"), clock)
  return (find(node, "RoomLists")?.children ?? []).flatMap(mailboxOf)
}

/** GetRooms: the rooms of one list. */
export async function getRooms(ask: Ask, clock: Clock, target: Target, list: string): Promise<readonly NamedMailbox[]> {
  const body = `<m:GetRooms><m:RoomList><t:EmailAddress>${escapeXml(list)}</t:EmailAddress></m:RoomList></m:GetRooms>`
  const { node } = onlyMessage(await ask(target, body), clock)
  return (find(node, "Rooms")?.children ?? []).flatMap((room) => mailboxOf(find(room, "Id") ?? room))
}

function mailboxOf(node: XmlNode): NamedMailbox[] {
  const email = textAt(node, "EmailAddress")
  return email === null ? [] : [{ email, displayName: textAt(node, "Name") ?? email }]
}
