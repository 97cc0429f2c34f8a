import { Checkbox } from "@mantine/core"

type Show = { readonly show?: "trouble" }
type Props = {
  readonly label: string
  readonly isTroubled: boolean
  readonly choose: (show: Show) => void
}

/** Whether those alone are listed that need somebody; it stands in the address. */
export function TroubleChoice({ label, isTroubled, choose }: Props) {
  return (
    <Checkbox
      label={label}
      checked={isTroubled}
      onChange={({ currentTarget }) => choose(currentTarget.checked ? { show: "trouble" } : {})}
    />
  )
}
