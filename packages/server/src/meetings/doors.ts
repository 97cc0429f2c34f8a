import { ownCodePattern } from "@kalends/domain/join-link"
import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { Entrant, GuestRule, MeetingBackend, MeetingDoor } from "../ports/meeting-backend.ts"
import type { MeetingRow } from "../ports/meeting-tables.ts"
import type { Store, UserRow } from "../ports/store.ts"

export type DoorsDeps = {
  readonly store: Store
  readonly backends: ReadonlyMap<string, MeetingBackend>
  readonly clock: Clock
}

export type OpenDoor = { readonly entrant: Entrant; readonly guests: GuestRule }

export type Visitor = Pick<UserRow, "accountId" | "userId"> | null

type Found = { readonly meeting: MeetingRow; readonly door: MeetingDoor }

/** What codes look like; anything else is looked for under a name that no meeting has, so that it takes as long. */
const codeShape = new RegExp(`^${ownCodePattern}$`)
const nobodys = "-"

/**
 * The way into meetings whose join link is a page of ours. Who opens a link may be anybody: the code is all that they
 * know, and it is looked for in all accounts.
 */
export function createDoors({ store, backends, clock }: DoorsDeps) {
  const withDoor = [...backends.values()].flatMap(({ name, door }) => (door === null ? [] : [{ name, door }]))

  async function find(code: string): Promise<Found> {
    const name = codeShape.test(code) ? code : nobodys
    for (const { name: backend, door } of withDoor) {
      const meeting = await store.asSystem((tables) => tables.findMeetingByBackend(backend, name))
      if (meeting !== null) return { meeting, door }
    }
    throw new Problem("not-found", "There is no such meeting.", { code: "no-such-meeting" })
  }

  async function findOpen(code: string, visitor: Visitor): Promise<Found & OpenDoor> {
    const { meeting, door } = await find(code)
    if (meeting.state === "ending" || meeting.state === "ended")
      throw new Problem("not-found", "This meeting has ended.", { code: "meeting-ended" })
    const entrant = entrantOf(meeting, visitor)
    if (entrant === "guest" && door.guests === "refuse")
      throw new Problem("forbidden", "Only people of the organisation may enter.", { code: "guests-refused" })
    return { meeting, door, entrant, guests: door.guests }
  }

  return {
    /** Origins that entering leads to. */
    origins: withDoor.map(({ door }) => door.origin),

    /**
     * As whom a visitor would enter; opens nothing. Throws Problem "not-found" (code "no-such-meeting" or
     * "meeting-ended"), "forbidden" (code "guests-refused").
     */
    async look(code: string, visitor: Visitor): Promise<OpenDoor> {
      const { entrant, guests } = await findOpen(code, visitor)
      return { entrant, guests }
    },

    /** Opens the meeting unless it is open, and gives back where to send the browser. Throws as look, and as doors do. */
    async enter(
      code: string,
      { visitor, ...person }: { readonly visitor: Visitor; readonly name: string; readonly title: string },
    ): Promise<string> {
      const { meeting, door, entrant } = await findOpen(code, visitor)
      const { url, isFirst } = await door.enter(code, { ...person, entrant })
      // Its id lives on from its last start. Who was faster with another change has seen to that as well.
      if (isFirst)
        await store.inAccount(meeting.accountId, (tables) =>
          tables.meetings.updateMeeting(meeting.meetingId, meeting.revision, { lastStartedAt: clock.now() }),
        )
      return url
    },
  }
}

export type Doors = ReturnType<typeof createDoors>

function entrantOf(meeting: MeetingRow, visitor: Visitor): Entrant {
  if (visitor?.accountId !== meeting.accountId) return "guest"
  return visitor.userId === meeting.userId ? "owner" : "colleague"
}
