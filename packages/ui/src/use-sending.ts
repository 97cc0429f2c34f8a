import { type SyntheticEvent, useState } from "react"

/** A form that is sent: busy until `work` is done, during which it cannot be sent again, and then what it threw; null for nothing. */
export function useSending(work: () => Promise<unknown>) {
  const [isBusy, setIsBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const send = async () => {
    setIsBusy(true)
    setError(null)
    await work().catch(setError)
    setIsBusy(false)
  }
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!isBusy) void send()
  }
  return { isBusy, error, onSubmit }
}
