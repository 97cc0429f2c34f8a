import type { ProviderEventId } from "@kalends/domain/ids"
import { parseProviderEventId } from "@kalends/domain/ids"
import { list, text, wire } from "@kalends/readers/parse"
import type { EventIdentities } from "../../ports/event-identities.ts"
import { orNull } from "../provider-deps.ts"
import type { GraphCalls } from "./calls.ts"

/** Within the four calls at once that one mailbox allows. */
const atOnce = 3

/** Events by iCalUId, which a mailbox keeps when it moves (MS event.md). That of a series is its master's. */
export function createGraphIdentities(calls: GraphCalls): EventIdentities {
  return {
    async uidsOf({ access, eventIds, signal }) {
      const found = await each(eventIds, async (id) => {
        const event = await orNull(calls.getEvent(access, id, "iCalUId", signal))
        return event === null ? null : text(event.iCalUId)
      })
      return new Map(found)
    },
    async eventsOf({ access, calendarId, uids, signal }) {
      const found = await each(uids, async (uid): Promise<ProviderEventId | null> => {
        const query = new URLSearchParams({ $filter: `iCalUId eq '${uid.replaceAll("'", "''")}'`, $select: "id,type" })
        const { value } = await calls.findEvents(access, calendarId, query, signal)
        const whole = list(value)
          .map(wire)
          .find((event) => event?.type !== "occurrence" && event?.type !== "exception")
        const id = text(whole?.id)
        return id === null ? null : parseProviderEventId(id)
      })
      return new Map(found)
    },
  }
}

/** What is found of each, those of which nothing is found left out. */
async function each<Name, Value>(
  names: readonly Name[],
  find: (name: Name) => Promise<Value | null>,
): Promise<(readonly [Name, Value])[]> {
  const waiting = [...names]
  const found: (readonly [Name, Value])[] = []
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const value = await find(name)
        if (value !== null) found.push([name, value])
      }
    }),
  )
  return found
}
