import { TextInput } from "@mantine/core"
import { useEffect, useState } from "react"
import { useSettled } from "../use-settled.ts"

type Props = { readonly label: string; readonly search: string; readonly find: (search: string) => void }

/**
 * What a list is searched for: what was typed goes into the address once typing has paused, and what the address says of itself,
 * as when somebody goes back, stands in the field.
 */
export function FoundSearch({ label, search, find }: Props) {
  const [typed, setTyped] = useState(search)
  const [known, setKnown] = useState(search)
  const settled = useSettled(typed).trim()
  if (known !== search) {
    setKnown(search)
    if (settled !== search) setTyped(search)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing looks for something else.
  useEffect(() => {
    if (settled !== search) find(settled)
  }, [settled])
  return (
    <TextInput
      type="search"
      autoComplete="off"
      maxLength={120}
      label={label}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  )
}
