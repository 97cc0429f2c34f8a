import { isProblem } from "@kalends/domain/problem"
import { changesSince, ownerOfCalendar, readEvent, type ToldEvent, type WrittenMeeting } from "./event.ts"
import { type EventMemory, recall, remember } from "./event-memory.ts"
import { clearMeeting, textPlace, writeMeeting } from "./event-text.ts"
import type { Office, OfficeItem } from "./office.ts"
import { type SignInDeps, withSession } from "./sign-in.ts"

export type MeetingDeps = SignInDeps & {
  readonly office: Office
  readonly browserZone: string
  /** Stands in for an empty subject. */
  readonly untitled: string
  /** 32 random hexadecimal digits. */
  readonly newKey: () => string
}

type Choice = {
  /** Null: as the organisation has it. */
  readonly templateId: string | null
  /** The person asked for it, with the event before them. */
  readonly isByHand: boolean
}

/** What the add-in does with the meeting of the event that is open. */
export function createMeetingActs(deps: MeetingDeps) {
  const { office, service } = deps
  const read = (item: OfficeItem) => readEvent({ office, item, browserZone: deps.browserZone }, deps.untitled)

  async function schedule(item: OfficeItem, { key, told }: EventMemory, templateId: string | null) {
    const owner = await ownerOfCalendar(office, item)
    return withSession(deps, () =>
      service.schedule({
        ...{ key, ...told },
        ...(templateId === null ? {} : { templateId }),
        ...(owner === null ? {} : { for: owner }),
      }),
    )
  }

  async function tell(item: OfficeItem, memory: EventMemory, change: Partial<ToldEvent>): Promise<void> {
    const { meetingId } = memory
    if (meetingId === null) return
    await withSession(deps, () => service.change(meetingId, change))
    await remember(item, { ...memory, told: { ...memory.told, ...change } })
  }

  return {
    recall,
    owner: (item: OfficeItem) => ownerOfCalendar(office, item),

    /**
     * Has a meeting made for the event and writes it there. The key is kept with the event before anything is asked for:
     * when the answer is lost, asking again gives back the same meeting.
     */
    async add(item: OfficeItem, { templateId, isByHand }: Choice): Promise<WrittenMeeting> {
      const told = await read(item)
      const before = await recall(item)
      const memory = { key: before?.key ?? deps.newKey(), meetingId: null, location: "", told }
      await remember(item, memory)
      const meeting = await schedule(item, memory, templateId)
      await writeMeeting(item, meeting, textPlace(office, isByHand))
      await remember(item, { ...memory, meetingId: meeting.meetingId, location: meeting.location })
      return meeting
    },

    /** The meeting that the event has; null where it has none, or none any more. */
    async find(item: OfficeItem): Promise<WrittenMeeting | null> {
      const memory = await recall(item)
      if (memory === null || memory.meetingId === null) return null
      const { meetingId } = memory
      try {
        return await withSession(deps, () => service.find(meetingId))
      } catch (error) {
        if (isProblem(error, "not-found")) return null
        throw error
      }
    },

    /** Tells the service what is different in the event; says whether anything was, null where there is no meeting. */
    async follow(item: OfficeItem): Promise<boolean | null> {
      const memory = await recall(item)
      if (memory === null || memory.meetingId === null) return null
      const change = changesSince(memory.told, await read(item))
      if (change === null) return false
      await tell(item, memory, change)
      return true
    },

    /** Gives the meeting up, and takes it out of the event. */
    async remove(item: OfficeItem): Promise<void> {
      const memory = await recall(item)
      if (memory === null) return
      const { meetingId } = memory
      if (meetingId !== null) await withSession(deps, () => service.remove(meetingId))
      if (memory.location !== "") await clearMeeting(office, item, memory.location)
      await remember(item, null)
    },
  }
}

export type MeetingActs = ReturnType<typeof createMeetingActs>
