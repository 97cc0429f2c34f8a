import type { Booking } from "@kalends/domain/booking"
import { Problem } from "@kalends/domain/problem"
import type { RoomLanguage } from "@kalends/domain/room-words"
import type { DeviceFamily, DeviceLink, DeviceLogin } from "../ports/device-family.ts"

/** One device in memory, and what goes wrong with it. */
export type MemoryDevice = {
  /** What it has; empty once it is wiped. */
  bookings: readonly Booking[]
  /** Each list that it was given, in order. */
  readonly puts: (readonly Booking[])[]
  opened: number
  /** In which it was told what stands for titles. */
  language: RoomLanguage
  password: string
  /** Thrown by each call; null while it is well. */
  trouble: Problem | null
  /** Thrown by the next list that it is given. */
  refusesNext: Problem | null
  /** Puts one there that is none of ours. */
  putOther(booking: Booking): void
  /** Holds back the answers to what it is given until it is resolved; null while it answers at once. */
  held: Promise<void> | null
  /** Says that it lost its list, or cuts the line, whenever it was given one; null while it does neither. */
  afterPut: "needs" | "cuts" | null
  /** Does not answer who calls it, and does not refuse either. */
  isSilent: boolean
  /** Keeps so many of what it is given. */
  keepsMost: number
  /** Loses what it has, and says so where a line is open. */
  wipe(): void
  /** Loses what it has without a word. */
  wipeSilently(): void
  /** Cuts the line. */
  cut(): void
}

const cutOff = () => new Problem("unavailable", "The line was cut.", { code: "device-line-cut" })

const whenAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(cutOff()), { once: true }))

/** Devices in memory by their address; an address that nobody asked for has none. */
export function createMemoryDevices() {
  const devices = new Map<string, MemoryDevice>()
  const others = new Set<Booking>()
  const lines = new Map<string, { readonly onNeed: () => void; readonly end: () => void }>()

  function at(address: string): MemoryDevice {
    const known = devices.get(address)
    if (known !== undefined) return known
    const device: MemoryDevice = {
      ...{
        bookings: [],
        puts: [],
        opened: 0,
        language: "en",
        password: "right",
        trouble: null,
        refusesNext: null,
        held: null,
        afterPut: null,
        isSilent: false,
        keepsMost: Number.POSITIVE_INFINITY,
      },
      putOther(booking) {
        device.bookings = [...device.bookings, booking]
        others.add(booking)
      },
      wipe() {
        device.bookings = []
        lines.get(address)?.onNeed()
      },
      wipeSilently() {
        device.bookings = []
      },
      cut: () => lines.get(address)?.end(),
    }
    devices.set(address, device)
    return device
  }

  function link(address: string, device: MemoryDevice, onNeed: () => void): DeviceLink {
    const { promise, resolve } = Promise.withResolvers<void>()
    let isOver = false
    const end = () => {
      isOver = true
      resolve()
    }
    lines.set(address, { onNeed, end })
    return {
      facts: { model: "Memory", software: "1.0" },
      async put({ bookings, keepsOthers, language }, signal) {
        await Promise.race([device.held, whenAborted(signal)])
        const trouble = isOver ? cutOff() : (device.trouble ?? device.refusesNext)
        device.refusesNext = null
        if (trouble !== null) throw trouble
        const kept = bookings.slice(0, device.keepsMost)
        device.bookings = keepsOthers ? [...kept, ...device.bookings.filter((one) => others.has(one))] : kept
        device.puts.push(bookings)
        device.language = language
        if (device.afterPut === "needs") onNeed()
        if (device.afterPut === "cuts") end()
      },
      async has({ bookings }) {
        if (device.trouble !== null) throw device.trouble
        const ids = new Set(device.bookings.map(({ id }) => id))
        return ids.size === bookings.length && bookings.every(({ id }) => ids.has(id))
      },
      ended: promise,
      close: end,
    }
  }

  const family: DeviceFamily = {
    name: "memory",
    label: "Device in memory",
    push: {
      daysAhead: 30,
      bookingsMost: 100,
      async open({ address, password }: DeviceLogin, onNeed, signal) {
        const device = devices.get(address)
        if (device === undefined)
          throw new Problem("unavailable", "The video system does not answer.", { code: "device-silent" })
        device.opened++
        if (device.isSilent) await whenAborted(signal)
        if (device.trouble !== null) throw device.trouble
        if (password !== device.password)
          throw new Problem("auth-revoked", "The video system does not take the password.", { code: "device-password" })
        return link(address, device, onNeed)
      },
    },
  }
  /** Another name of one that is there. */
  const isAlso = (address: string, known: string) => void devices.set(address, at(known))

  const asking: DeviceFamily = { name: "asking", label: "Asks for its bookings", push: null }
  return { at, isAlso, families: new Map([family, asking].map((one) => [one.name, one])) }
}
