import type { Booking } from "@kalends/domain/booking"
import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { DeviceFamily, DeviceLink, DeviceLogin } from "../../ports/device-family.ts"

/** A booking as a device shows it. */
export type Shown = {
  readonly title: string
  readonly startsAt: string
  readonly endsAt: string
  readonly number: string | null
  readonly isPrivate: boolean
}

/** A device to try a family on. */
export type DeviceToTry = {
  readonly login: DeviceLogin
  /** By start. */
  shown(): readonly Shown[]
  /** Puts a booking there that is none of ours; null where such a device cannot be left one. */
  readonly putOther: ((title: string) => void) | null
  /** It loses its bookings and says so; null where it cannot say. */
  readonly wipe: (() => void) | null
  /** The line is cut; null where there is none. */
  readonly cut: (() => void) | null
  /** It refuses what comes next. */
  refuseNext(): void
  close(): Promise<void>
}

/** A list as a device is usually given it. */
export const settings = { keepsOthers: false, language: "en", startBufferMinutes: 5, endBufferMinutes: 0 } as const

const at = (text: string) => Temporal.Instant.from(text)
/** Before every booking of these tests. */
const now = at("2026-12-01T08:00:00Z")

export function bookingOf(id: string, changes: Partial<Booking> = {}): Booking {
  return {
    ...{ id: parseProviderEventId(id), seriesId: null, version: "1", isAllDay: false, isPrivate: false },
    ...{ startsAt: at("2026-12-01T09:00:00Z"), endsAt: at("2026-12-01T09:30:00Z") },
    ...{ title: `Meeting ${id}`, host: "Ada Lovelace", join: null, dial: [] },
    ...changes,
  }
}

/** What every kind of device that is brought its bookings must do. */
export function describeDevice(name: string, family: DeviceFamily, start: () => Promise<DeviceToTry>): void {
  describe(name, () => {
    let device: DeviceToTry
    let link: DeviceLink
    let needs = 0
    const signal = new AbortController().signal
    const open = (login: DeviceLogin) => {
      if (family.push === null) throw new Error("it is not called")
      return family.push.open(login, () => needs++, signal)
    }
    const put = (...bookings: readonly Booking[]) => link.put({ ...settings, bookings }, signal)

    beforeEach(async () => {
      needs = 0
      device = await start()
      link = await open(device.login)
    })
    afterEach(async () => {
      link.close()
      await device.close()
    })

    test("put-replaces: a list takes the place of the one before, to the minute", async () => {
      await put(bookingOf("1"), bookingOf("2"))
      const dial = [{ protocol: "sip", number: "77@meet.example.org" }] as const
      const starts = { startsAt: at("2026-12-01T10:00:00Z"), endsAt: at("2026-12-01T10:45:00Z") }
      const last = bookingOf("3", { ...starts, dial, title: 'Böhm & "Söhne" <会議>' })
      await put(last)
      expect(device.shown()).toEqual([
        {
          ...{ title: 'Böhm & "Söhne" <会議>', startsAt: "2026-12-01T10:00:00Z", endsAt: "2026-12-01T10:45:00Z" },
          ...{ number: "77@meet.example.org", isPrivate: false },
        },
      ])
      await put()
      expect(device.shown()).toEqual([])
    })

    test("put-private: a hidden title is not there, and the meeting says that it is private", async () => {
      await put(bookingOf("1", { title: null, host: null, isPrivate: true }))
      const [shown] = device.shown()
      expect(shown?.isPrivate).toBe(true)
      expect(shown?.title).not.toBe("")
    })

    test("put-untitled: what stands for no title, or a hidden one, is in the room's language", async () => {
      const hidden = bookingOf("1", { title: null, isPrivate: true })
      const bookings = [hidden, bookingOf("2", { title: null, startsAt: at("2026-12-01T09:10:00Z") })]
      await link.put({ ...settings, bookings, language: "ja" }, signal)
      expect(device.shown().map(({ title }) => title)).toEqual(["非公開の会議", "会議"])
    })

    test("put-merges: bookings from elsewhere are left where that is wanted, and else taken away", async ({ skip }) => {
      if (device.putOther === null) return skip()
      device.putOther("Walk-in")
      await link.put({ ...settings, bookings: [bookingOf("1")], keepsOthers: true }, signal)
      await link.put({ ...settings, bookings: [bookingOf("2")], keepsOthers: true }, signal)
      expect(device.shown().map(({ title }) => title)).toEqual(["Meeting 2", "Walk-in"])
      await put(bookingOf("3"))
      expect(device.shown().map(({ title }) => title)).toEqual(["Meeting 3"])
    })

    test("has-looked: what it lost or was given by others is seen", async () => {
      const order = { ...settings, bookings: [bookingOf("1"), bookingOf("2")] }
      await link.put(order, signal)
      expect(await link.has(order, now, signal)).not.toBe(false)
      await put(bookingOf("1"))
      expect(await link.has(order, now, signal)).not.toBe(true)
    })

    test("need-told: a device that lost its bookings says so", async ({ skip }) => {
      if (device.wipe === null) return skip()
      await put(bookingOf("1"))
      device.wipe()
      await expect.poll(() => needs).toBe(1)
      await put(bookingOf("1"))
      expect(device.shown()).toHaveLength(1)
    })

    test("line-cut: its end is told, and what waits for an answer ends too", async ({ skip }) => {
      if (device.cut === null) return skip()
      device.cut()
      await link.ended
      await expect(put(bookingOf("1"))).rejects.toSatisfy((error) => isProblem(error, "unavailable"))
    })

    test("refusal-told: a refused list is a problem without its content, and the one before stays", async () => {
      await put(bookingOf("1"))
      device.refuseNext()
      const refused = await put(bookingOf("canary")).catch((error: unknown) => error)
      expect(isProblem(refused)).toBe(true)
      expect(JSON.stringify([refused, String(refused)])).not.toContain("canary")
      expect(device.shown().map(({ title }) => title)).toEqual(["Meeting 1"])
    })

    test("password-refused: a wrong password is told as one", async () => {
      await expect(open({ ...device.login, password: "wrong" })).rejects.toMatchObject({
        kind: "auth-revoked",
        code: "device-password",
      })
    })
  })
}
