import { useEffect, useState } from "react"
import { platform } from "./platform.ts"

/** Typing has paused. */
const pauseMs = 250

/** What is typed, once typing has paused. */
export function useSettled(typed: string): string {
  const [settled, settle] = useState(typed)
  useEffect(() => platform.after(pauseMs, () => settle(typed)), [typed])
  return settled
}
