import type { DeviceFamily } from "../../ports/device-family.ts"

/** Whatever asks for its room's agenda over plain HTTP. */
export const pullFamily: DeviceFamily = { name: "pull", label: "Other (asks for the agenda)", push: null }
