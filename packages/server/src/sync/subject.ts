import { createEventAccess, type EventAccess, type EventAccessDeps } from "../meetings/event-access.ts"
import type { AccessWish } from "../ports/access-broker.ts"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { Job } from "../ports/job-queue.ts"
import type { MeetingBackend } from "../ports/meeting-backend.ts"
import type { LinkRow, MeetingRow } from "../ports/meeting-tables.ts"

export type SettleMark = Extract<Job, { kind: "settle" }>

const actor: AccessWish["actor"] = { kind: "service", part: "sync" }
/** One that brings a meeting in step has it to itself for as long; whoever died meanwhile keeps it no longer. */
const aloneSeconds = 30
/** Whoever finds it taken comes back after this. */
const takenSeconds = 1

/** A meeting, and the events that carry its link. */
export type Subject = {
  readonly mark: SettleMark
  readonly call: Call
  /** Nobody else brings it in step until then. */
  readonly takenUntil: Temporal.Instant
  /** The event of a link, asked for on the job's behalf. */
  readonly hold: EventAccess["hold"]
  readonly meeting: MeetingRow
  readonly links: readonly LinkRow[]
  readonly driver: LinkRow | null
  readonly backend: MeetingBackend
}

type TakingDeps = EventAccessDeps & {
  readonly backends: ReadonlyMap<string, MeetingBackend>
  readonly world: { readonly clock: Clock }
}

/** How a worker takes a meeting, and lets go of it. */
export function createTaking(deps: TakingDeps) {
  const { store } = deps
  const { clock } = deps.world

  /** Takes the meeting for this one alone: of two at once, one would write over what a person changed since it looked. */
  function begin(mark: SettleMark, call: Call): Promise<Subject | null> {
    const { hold } = createEventAccess(deps, { actor, reason: "settle", call })
    const { accountId, meetingId } = mark
    const now = clock.now()
    const takenUntil = now.add({ seconds: aloneSeconds })
    return store.inAccount(accountId, async (tables) => {
      const isTaken = await tables.meetings.takeMeeting(meetingId, { now, until: takenUntil })
      const meeting = await tables.meetings.findMeeting(meetingId)
      const backend = meeting === null ? undefined : deps.backends.get(meeting.backend)
      if (meeting === null || backend === undefined) return null
      if (!isTaken) {
        await tables.addJobs([mark], now.add({ seconds: takenSeconds }))
        return null
      }
      const links = await tables.meetings.listLinksOfMeetings([meeting.meetingId])
      const driver = links.find(({ role, heldAt }) => role === "driver" && heldAt === null) ?? null
      return { mark, call, takenUntil, hold, meeting, links, driver, backend }
    })
  }

  /** Without an outcome; `again`: when it is to be tried again. */
  async function letGo({ mark, takenUntil }: Subject, again?: Temporal.Instant): Promise<void> {
    await store.inAccount(mark.accountId, async (tables) => {
      await tables.meetings.letGoOfMeeting(mark.meetingId, takenUntil)
      if (again !== undefined) await tables.addJobs([mark], again)
    })
  }

  return { begin, letGo }
}
