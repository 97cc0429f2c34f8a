import type { Booking } from "@kalends/domain/booking"
import { Problem } from "@kalends/domain/problem"
import type { DeviceFamily, DeviceLink, DeviceLogin } from "../ports/device-family.ts"

/** One device in memory, and what goes wrong with it. */
export type MemoryDevice = {
  /** What it has; empty once it is wiped. */
  bookings: readonly Booking[]
  /** Each list that it was given, in order. */
  readonly puts: (readonly Booking[])[]
  opened: number
  password: string
  /** Thrown by each call; null while it is well. */
  trouble: Problem | null
  /** Holds back the answers to what it is given until it is resolved; null while it answers at once. */
  held: Promise<void> | null
  /** Loses what it has, and says so where a line is open. */
  wipe(): void
  /** Loses what it has without a word. */
  wipeSilently(): void
  /** Cuts the line. */
  cut(): void
}

/** Devices in memory by their address; an address that nobody asked for has none. */
export function createMemoryDevices() {
  const devices = new Map<string, MemoryDevice>()
  const lines = new Map<string, { readonly onNeed: () => void; readonly end: () => void }>()

  function at(address: string): MemoryDevice {
    const known = devices.get(address)
    if (known !== undefined) return known
    const device: MemoryDevice = {
      ...{ bookings: [], puts: [], opened: 0, password: "right", trouble: null, held: null },
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
    lines.set(address, { onNeed, end: resolve })
    return {
      facts: { model: "Memory", software: "1.0" },
      async put({ bookings }) {
        await device.held
        if (device.trouble !== null) throw device.trouble
        device.bookings = bookings
        device.puts.push(bookings)
      },
      async has({ bookings }) {
        if (device.trouble !== null) throw device.trouble
        return device.bookings.length === bookings.length
      },
      ended: promise,
      close: resolve,
    }
  }

  const family: DeviceFamily = {
    name: "memory",
    label: "Device in memory",
    push: {
      daysAhead: 30,
      async open({ address, password }: DeviceLogin, onNeed) {
        const device = devices.get(address)
        if (device === undefined)
          throw new Problem("unavailable", "The video system does not answer.", { code: "device-silent" })
        device.opened++
        if (device.trouble !== null) throw device.trouble
        if (password !== device.password)
          throw new Problem("auth-revoked", "The video system does not take the password.", { code: "device-password" })
        return link(address, device, onNeed)
      },
    },
  }
  const asking: DeviceFamily = { name: "asking", label: "Asks for its bookings", push: null }
  return { at, families: new Map([family, asking].map((one) => [one.name, one])) }
}
