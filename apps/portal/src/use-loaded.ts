import { useEffect, useRef, useState } from "react"

export type Loaded<Value> = {
  /** Null until it was read for the first time. What was read for another key stays until this one's is there. */
  readonly value: Value | null
  /** What went wrong at the last reading. */
  readonly error: unknown
  readonly reload: () => Promise<void>
  /** Puts what is known better in its place. */
  readonly put: (value: Value) => void
}

/** What is read when a page opens, and anew when `key` becomes another. The answer for an older key is let go. */
export function useLoaded<Value>(read: () => Promise<Value>, key = ""): Loaded<Value> {
  const [value, setValue] = useState<Value | null>(null)
  const [error, setError] = useState<unknown>(null)
  const wanted = useRef(key)
  const reload = async () => {
    await read().then(
      (found) => {
        if (wanted.current !== key) return
        setValue(found)
        setError(null)
      },
      (failure: unknown) => {
        if (wanted.current === key) setError(failure)
      },
    )
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: read when the page opens, and anew for another key.
  useEffect(() => {
    wanted.current = key
    void reload()
  }, [key])
  return { value, error, reload, put: setValue }
}
