import { contactMarkup, findContact } from "./contacts.ts"
import { readShape } from "./shape.ts"
import { EwsError, eachMessage } from "./soap.ts"
import { findItem, itemMarkup, type Operation, viewOf } from "./world.ts"
import { element, find } from "./xml.ts"

/** GetItem: each id by itself, in the order of the request. */
export const getItemOperation: Operation = (world, call) => {
  const shape = readShape(find(call.node, "ItemShape"), false)
  return eachMessage("GetItem", find(call.node, "ItemIds")?.children ?? [], {
    emptyRest: element("m:Items"),
    one(node) {
      const contact = findContact(world, call, node)
      if (contact !== null) return element("m:Items", contactMarkup(world, contact, find(call.node, "ItemShape")))
      const item = findItem(world, call, node, "Reviewer")
      if (item.event.isMalformed)
        throw new EwsError("ErrorCorruptData", "The item could not be read: its properties are corrupt.")
      return element("m:Items", itemMarkup(viewOf(world, call, item, shape.bodyType), shape))
    },
  })
}
