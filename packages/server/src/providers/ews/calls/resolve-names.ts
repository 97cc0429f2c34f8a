import { escapeXml, find, textAt } from "@kalends/readers/xml"
import type { Clock } from "../../../ports/clock.ts"
import { type Ask, problemOfMessage, type Target } from "./ask.ts"

export type Resolved = { readonly email: string; readonly displayName: string; readonly isRoom: boolean }

/** ResolveNames over the directory: who has such a name or address; at most a hundred (resolvenames-operation.md). */
export async function resolveNames(ask: Ask, clock: Clock, target: Target, text: string): Promise<readonly Resolved[]> {
  const body = `<m:ResolveNames ReturnFullContactData="false" SearchScope="ActiveDirectory"><m:UnresolvedEntry>${escapeXml(text)}</m:UnresolvedEntry></m:ResolveNames>`
  const { messages } = await ask(target, body)
  const [message] = messages
  if (message === undefined || message.code === "ErrorNameResolutionNoResults") return []
  if (message.isError) throw problemOfMessage(message, clock)
  return (find(message.node, "ResolutionSet")?.children ?? []).flatMap((resolution) => {
    const mailbox = find(resolution, "Mailbox")
    const email = textAt(mailbox, "EmailAddress")
    if (email === null || !email.includes("@")) return []
    return [{ email, displayName: textAt(mailbox, "Name") ?? email, isRoom: false }]
  })
}
