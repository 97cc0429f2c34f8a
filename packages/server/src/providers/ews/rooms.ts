import type { Access } from "@kalends/domain/access"
import type { RoomAccessMethod, RoomEntry, RoomSource } from "../../ports/room-source.ts"
import { delegateScript, impersonationScript, mailboxLine } from "../room-mailbox-script.ts"
import type { EwsCalls } from "./calls.ts"

const listsMost = 200

/** learn.microsoft.com/exchange/client-developer/exchange-web-services/impersonation-and-ews-in-exchange, seen 2026-11-29. */
const methods: readonly RoomAccessMethod[] = [
  {
    name: "impersonation",
    tenantMethods: ["service-password"],
    permissions: [
      {
        ...{ name: "ApplicationImpersonation (CustomRecipientWriteScope)", holder: "service-account" },
        source:
          "https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-configure-impersonation",
      },
    ],
    ...{ isRecommended: true, hasScript: true },
  },
  {
    name: "delegate",
    tenantMethods: ["service-delegate"],
    permissions: [
      {
        ...{ name: "Full Access", holder: "service-account" },
        source: "https://learn.microsoft.com/powershell/module/exchange/add-mailboxpermission",
      },
      {
        ...{ name: "Send As", holder: "service-account" },
        source: "https://learn.microsoft.com/powershell/module/exchange/add-adpermission",
      },
    ],
    ...{ isRecommended: false, hasScript: true },
  },
]

/** Rooms of an Exchange server: those that administrators have put into room lists. */
export function createEwsRooms(calls: EwsCalls, accessOf: (secret: string) => Access): RoomSource {
  const script = delegateScript("# In the Exchange Management Shell:", true)
  return {
    methods,
    async ofTenant(secret, { signal }) {
      const target = { access: accessOf(secret), signal }
      const found = new Map<string, RoomEntry>()
      const lists = await calls.getRoomLists(target)
      for (const { email, displayName } of lists.slice(0, listsMost))
        for (const room of await calls.getRooms(target, email)) {
          const address = room.email.toLowerCase()
          const entry = { address, name: room.displayName, building: displayName, floor: null, capacity: null }
          if (!found.has(address)) found.set(address, entry)
        }
      return { entries: [...found.values()], next: null }
    },
    ofAccount: null,
    script: (asked) => (asked.method === "delegate" ? script(asked) : impersonationScript(asked)),
    mendingLine: mailboxLine(["service-delegate"], true),
  }
}
