import { addressOf, chosenIn } from "../chosen.ts"

/** Which screens are listed. It stands in the address. */
export type DisplaysPlace = {
  /** The room whose screens they are. */
  readonly roomId?: string
  readonly search?: string
  /** Those alone that are in trouble, where it is said. */
  readonly show?: "trouble"
}

const nothing = { room: "", search: "", show: "" }
const idText = /^[0-9a-f-]{36}$/

export function displaysPlaceOf(address: string): DisplaysPlace {
  const { room, search, show } = chosenIn(address, nothing)
  return {
    ...(idText.test(room) ? { roomId: room } : {}),
    ...(search === "" ? {} : { search }),
    ...(show === "trouble" ? { show } : {}),
  }
}

/** The text behind the #. */
export const displaysPlaceText = ({ roomId = "", search = "", show }: DisplaysPlace): string =>
  addressOf("displays", { room: roomId, search, show: show ?? "" })
