import { OfficeMockObject } from "office-addin-mock"
import type { Office } from "../office.ts"
import { type OfficeScript, plainScript, scriptedOffice } from "./scripted-office.ts"

/** A scripted Outlook as Microsoft's own mock plays it: what it does not know is an error, not undefined. */
export function mockOffice(changes: Partial<OfficeScript> = {}) {
  const { office, seen, script } = scriptedOffice({ ...plainScript, ...changes })
  const mock = new OfficeMockObject({ ...office, host: "outlook" })
  const played = mock as unknown as Office
  const { item } = played.context.mailbox
  if (item === null) throw new Error("no event is open")
  return { office: played, item, seen, script }
}
