import { findByPropertyBody, foundItems } from "@kalends/readers/ews/find-item"
import { getItemBody, gotItem, type ItemName, itemsAtOnce } from "@kalends/readers/ews/get-item"
import { problemOf } from "@kalends/readers/ews/problems"
import type { EwsMessage } from "@kalends/readers/ews/soap"
import type { XmlNode } from "@kalends/readers/xml"
import type { Clock } from "../../../ports/clock.ts"
import { type Ask, onlyMessage, type Target } from "./ask.ts"

type Calling = { readonly ask: Ask; readonly clock: Clock }

/** GetItem of many, ten at a time; null in the place of one that cannot be had. */
export async function getItems(
  { ask }: Calling,
  target: Target,
  names: readonly ItemName[],
  shape: string,
): Promise<readonly (XmlNode | null)[]> {
  const found: (XmlNode | null)[] = []
  for (let from = 0; from < names.length; from += itemsAtOnce) {
    const lot = names.slice(from, from + itemsAtOnce)
    const { messages } = await ask(target, getItemBody(lot, shape))
    for (let index = 0; index < lot.length; index++) found.push(itemIn(messages[index]))
  }
  return found
}

const itemIn = (message: EwsMessage | undefined): XmlNode | null => (message === undefined ? null : gotItem(message))

/** GetItem of one; null where there is none. Throws the Problem of one that cannot be read. */
export async function getItem(
  { ask, clock }: Calling,
  target: Target,
  name: ItemName,
  shape: string,
): Promise<XmlNode | null> {
  const { messages } = await ask(target, getItemBody([name], shape))
  const [message] = messages
  if (message === undefined || !message.isError) return itemIn(message)
  const problem = problemOf(message.code, message.node, clock.now())
  if (problem.kind === "not-found") return null
  throw problem
}

/** FindItem: items that have this value in an extended property. */
export async function findByProperty(
  { ask, clock }: Calling,
  target: Target,
  folderId: string,
  by: { readonly property: string; readonly value: string },
): Promise<readonly XmlNode[]> {
  return foundItems(onlyMessage(await ask(target, findByPropertyBody(folderId, by.property, by.value)), clock)).items
}
