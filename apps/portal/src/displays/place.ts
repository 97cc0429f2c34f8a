/** Which screens are listed. It stands in the address. */
export type DisplaysPlace = {
  /** The room whose screens they are. */
  readonly roomId?: string
  readonly search?: string
  /** Those alone that are in trouble, where it is said. */
  readonly show?: "trouble"
}

const root = "displays"
const idText = /^[0-9a-f-]{36}$/

export function displaysPlaceOf(address: string): DisplaysPlace {
  const asked = new URLSearchParams(address.split("?")[1] ?? "")
  const [roomId, search] = [asked.get("room") ?? "", asked.get("search") ?? ""]
  return {
    ...(idText.test(roomId) ? { roomId } : {}),
    ...(search === "" ? {} : { search }),
    ...(asked.get("show") === "trouble" ? { show: "trouble" } : {}),
  }
}

/** The text behind the #. */
export function displaysPlaceText({ roomId, search = "", show }: DisplaysPlace): string {
  const query = new URLSearchParams({
    ...(roomId === undefined ? {} : { room: roomId }),
    ...(search === "" ? {} : { search }),
    ...(show === undefined ? {} : { show }),
  })
  return query.size === 0 ? root : `${root}?${query}`
}
