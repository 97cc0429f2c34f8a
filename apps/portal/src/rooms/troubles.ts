import type { RoomTroublesView } from "@kalends/protocol/room-troubles"
import { displaysPlaceText } from "../displays/place.ts"
import type { RoomTroubleWords, TroubleText } from "../messages-room-troubles.ts"
import { roomsPlaceText } from "./place.ts"

export type TroubleItem = {
  readonly key: string
  readonly text: TroubleText
  readonly count: number
  readonly some: readonly {
    readonly id: string
    readonly name: string
    readonly since: string | null
    readonly href: string
  }[]
  /** The list that shows them alone. */
  readonly href: string
}

/** At a glance: more kinds than that nobody reads. */
const itemsMost = 5
/** What passes by itself, or is the consequence of what stands above, is said last. */
const mild: ReadonlySet<string> = new Set([
  "rooms unreachable",
  "devices unread",
  "devices uncleared",
  "devices leaving",
])

type Kinds<Kind extends string> = {
  readonly kinds: readonly { readonly kind: Kind; readonly count: number; readonly some: Some }[]
}
type Some = RoomTroublesView["rooms"]["kinds"][number]["some"]
type Part = "rooms" | "devices" | "displays"

/** What is in trouble, the most pressing first; and what is well where nothing is. */
export function troublesView(found: RoomTroublesView, words: RoomTroubleWords) {
  const all = [
    ...itemsOf("rooms", found.rooms, words.rooms),
    ...itemsOf("devices", found.devices, words.devices),
    ...itemsOf("displays", found.displays, words.displays),
  ]
  const pressing = [...all.filter(({ key }) => !mild.has(key)), ...all.filter(({ key }) => mild.has(key))]
  const parts = (["rooms", "devices", "displays"] as const).filter((part) => found[part].total > 0)
  return {
    items: pressing.slice(0, itemsMost),
    moreCount: Math.max(0, pressing.length - itemsMost),
    /** Null where there is nothing that could be well. */
    well: parts.length === 0 ? null : words.well(parts.map((part) => words.counts[part](found[part].total))),
  }
}

function itemsOf<Kind extends string>(
  part: Part,
  { kinds }: Kinds<Kind>,
  texts: Readonly<Record<Kind, TroubleText>>,
): readonly TroubleItem[] {
  return kinds.map(({ kind, count, some }) => ({
    ...{ key: `${part} ${kind}`, text: texts[kind], count, href: lists[part] },
    some: some.map(({ id, name, since, roomId }) => ({
      ...{ id, name, since },
      href:
        part === "displays"
          ? displaysPlaceText({ search: name })
          : roomId === null
            ? roomsPlaceText({ kind: "list", search: "" })
            : roomsPlaceText({ kind: "room", roomId }),
    })),
  }))
}

const lists: Readonly<Record<Part, string>> = {
  rooms: roomsPlaceText({ kind: "list", search: "", show: "trouble" }),
  devices: roomsPlaceText({ kind: "video", show: "trouble" }),
  displays: displaysPlaceText({ show: "trouble" }),
}
