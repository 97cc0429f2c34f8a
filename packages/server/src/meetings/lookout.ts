import { type MeetingId, parseMeetingId } from "@kalends/domain/ids"
import type { EventTexts, Lookout } from "../ports/calendar-provider.ts"
import type { MeetingBackend } from "../ports/meeting-backend.ts"

/** What a lookout finds: a meeting by our own tag, one by its join link, or a wish for one. */
export type Find =
  | { readonly kind: "tag"; readonly meetingId: MeetingId }
  | { readonly kind: "link"; readonly backend: string; readonly backendId: string }
  | { readonly kind: "keyword" }

const textCharsMost = 64 * 1024
const linksMost = 20
const link = /\bhttps?:\/\/[^\s<>"')\]]{4,2000}/g
const tag = /\bkalends:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g

/** Our tag of a meeting, as written into an event's extended property. */
export function meetingTag(meetingId: MeetingId): string {
  return `kalends:${meetingId}`
}

/**
 * Looks for our meetings in an event's texts. `keyword` (as "@meet") counts in the location alone, as a word of its own.
 * Bounded work on any text.
 */
export function createLookout(backends: readonly MeetingBackend[], keyword: string | null) {
  const hasKeyword = (location: string | null) =>
    keyword !== null &&
    (location ?? "")
      .slice(0, 1000)
      .toLowerCase()
      .split(/[\s,;]+/)
      .includes(keyword.toLowerCase())

  function findsIn(text: string): readonly Find[] {
    const bounded = text.slice(0, textCharsMost)
    const tags = [...bounded.matchAll(tag)]
      .slice(0, linksMost)
      .map(([, id]): Find => ({ kind: "tag", meetingId: parseMeetingId(id ?? "") }))
    const links = [...bounded.matchAll(link)].slice(0, linksMost).flatMap(([url]): readonly Find[] => {
      const target = URL.canParse(url) ? new URL(url) : null
      if (target === null) return []
      return backends.flatMap(({ name, recognise }) => {
        const backendId = recognise(target)
        return backendId === null ? [] : [{ kind: "link", backend: name, backendId }]
      })
    })
    return [...tags, ...links]
  }

  return {
    find: ({ location, others }: EventTexts): readonly Find[] => [
      ...[location, ...others].flatMap((text) => (text === null ? [] : findsIn(text))),
      ...(hasKeyword(location) ? [{ kind: "keyword" as const }] : []),
    ],
    /** As the port wants it: what a page of changes carries of its events. */
    get lookout(): Lookout {
      return (texts) => this.find(texts).map(({ kind }) => kind)
    },
    /** The location without the keyword, for the link to stand there. */
    withoutKeyword: (location: string): string =>
      location
        .split(/([\s,;]+)/)
        .filter((part) => keyword === null || part.toLowerCase() !== keyword.toLowerCase())
        .join("")
        .replace(/^[\s,;]+|(?<![\s,;])[\s,;]+$/g, ""),
  }
}

export type MeetingLookout = ReturnType<typeof createLookout>
