import type { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { DeviceNote, DeviceRow } from "../ports/device-tables.ts"
import { type CalendarKnown, calendarTrouble, isCalendarTrouble } from "./calendar-trouble.ts"
import { checkMs, lacksMostMs, lacksTold } from "./connector-pace.ts"

type Standing = Pick<DeviceNote, "problemKind" | "problemCode" | "problemAt">

const well: Standing = { problemKind: null, problemCode: null, problemAt: null }
/** Others give it bookings too, or it keeps fewer than it is given. */
const notKept = "device-not-kept"

export type DeviceHealthDeps = {
  readonly clock: Pick<Clock, "now">
  readonly note: (note: DeviceNote) => void
  /** What is known of the room's calendar; null where the device is to have none of it. */
  readonly known: () => CalendarKnown | null
}

/** How a device is, as administrators are told it: what became of it, and how its room's calendar stands. */
export function createDeviceHealth({ clock, note, known }: DeviceHealthDeps, row: DeviceRow) {
  let state = noteOf(row)
  /** How often in a row it was found without what it had been given. */
  let lacks = 0

  function say(changes: Partial<DeviceNote>): void {
    state = { ...state, ...changes }
    note(state)
  }

  /** How it is with a device that does what it is told: as well as what is known of its room. */
  function standing(): Standing {
    const calendar = known()
    if (calendar === null) return well
    if (lacks >= lacksTold) return { problemKind: "conflict", problemCode: notKept, problemAt: clock.now() }
    return calendarTrouble(calendar, clock.now())
  }

  return {
    /** It did what it was told. */
    did: (changes: Partial<DeviceNote>) => say({ ...standing(), ...changes, lastOkAt: clock.now() }),
    failed: ({ kind, code }: Problem) => say({ problemKind: kind, problemCode: code, problemAt: clock.now() }),
    /** What is wrong with the calendar, or with what it keeps, is said of a device with which nothing else is. */
    stand(): void {
      const { problemKind, problemCode } = state
      if (problemKind !== null && problemCode !== notKept && !isCalendarTrouble(problemCode)) return
      const now = standing()
      if (now.problemCode !== problemCode) say(now)
    },
    /** Whether it had what it was given when it was looked at. */
    looked(has: boolean): void {
      lacks = has ? 0 : lacks + 1
    },
    /** One that never has what it is given is looked at, and given it, ever more rarely. */
    nextLookMs: () => Math.min(lacksMostMs, checkMs * 2 ** Math.max(0, lacks - 1)),
  }
}

/** What is noted of a device, and nothing else of its row. */
function noteOf(row: DeviceRow): DeviceNote {
  const { accountId, deviceId, lastOkAt, problemKind, problemCode, problemAt } = row
  const { givenHash, givenCount, givenAt, model, software } = row
  return {
    ...{ accountId, deviceId, lastOkAt, problemKind, problemCode, problemAt },
    ...{ givenHash, givenCount, givenAt, model, software },
  }
}
