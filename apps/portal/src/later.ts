import { type ComponentType, lazy } from "react"

/** A part of the portal that is loaded when it is first shown. */
export const later = <Props extends object>(load: () => Promise<ComponentType<Props>>) =>
  lazy(async () => ({ default: await load() }))
