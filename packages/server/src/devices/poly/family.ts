import type { DeviceFamily } from "../../ports/device-family.ts"

/** Devices that register to us as to an Exchange server. */
export const polyFamily: DeviceFamily = { name: "poly", label: "Poly", push: null }
/** The same for Lifesize, whose devices know no other way to a calendar on one's own premises. */
export const lifesizeFamily: DeviceFamily = { name: "lifesize", label: "Lifesize", push: null }
