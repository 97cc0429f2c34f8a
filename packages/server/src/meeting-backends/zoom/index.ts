import { isProblem, Problem } from "@kalends/domain/problem"
import { list, requireText, text, type Wire, wire } from "@kalends/readers/parse"
import type { MeetingBackend } from "../../ports/meeting-backend.ts"
import { createZoomCalls, type ZoomCallsDeps, type ZoomSettings } from "./calls.ts"
import { movedInZoom, shownBy, toZoom } from "./mapping.ts"

/** Hosts of join links: Zoom's own, and an organisation's name before them. */
const hosts = /(?:^|\.)(?:zoom\.us|zoom\.com|zoomgov\.com)$/
const listPagesMost = 20
const agendaCharsMost = 2_000

/**
 * Zoom Meetings, made for one person of the account. Zoom knows no idempotency keys: ours stands in the agenda, and a
 * meeting whose making nobody heard of is found by it.
 */
export function createZoomBackend(deps: ZoomCallsDeps, settings: ZoomSettings): MeetingBackend {
  const calls = createZoomCalls(deps, settings)
  const linkOf = (meeting: Wire) => requireText(meeting.join_url, "join_url")
  const idOf = (meeting: Wire) => String(meeting.id)

  async function findByKey(key: string): Promise<Wire | null> {
    let token = ""
    for (let page = 0; page < listPagesMost; page++) {
      const answer = await calls.list(token)
      const found = list(answer.meetings)
        .map(wire)
        .find((meeting) => text(meeting?.agenda)?.includes(markOf(key)) ?? false)
      if (found !== undefined && found !== null) return found
      token = text(answer.next_page_token) ?? ""
      if (token === "") return null
    }
    return null
  }

  async function getOrNull(backendId: string): Promise<Wire | null> {
    try {
      return await calls.get(backendId)
    } catch (error) {
      if (isProblem(error, "not-found")) return null
      throw error
    }
  }

  async function requireMeeting(backendId: string): Promise<Wire> {
    const meeting = await getOrNull(backendId)
    if (meeting === null) throw new Problem("not-found", "Zoom has no such meeting.")
    return meeting
  }

  return {
    name: "zoom",
    limits: { isEditableElsewhere: true, keepsFace: true },
    door: null,
    async create({ key, face }) {
      const known = await findByKey(key)
      const meeting = known ?? (await calls.create({ ...toZoom(face), agenda: markOf(key) }))
      return { backendId: idOf(meeting), joinUrl: linkOf(meeting) }
    },
    async find(key) {
      const meeting = await findByKey(key)
      return meeting === null ? null : idOf(meeting)
    },
    async fetch(backendId) {
      const meeting = await getOrNull(backendId)
      if (meeting === null) return null
      const shown = shownBy(meeting)
      return { shown, topic: shown.topic, schedule: movedInZoom(meeting) }
    },
    shown: (face) => shownBy(toZoom(face)),
    async update(backendId, face, note) {
      if (note === null) return calls.update(backendId, toZoom(face))
      const { agenda } = await requireMeeting(backendId)
      const noted = `${text(agenda) ?? ""}\n${note}`.slice(0, agendaCharsMost)
      await calls.update(backendId, { ...toZoom(face), agenda: noted })
    },
    async end(backendId) {
      await calls.remove(backendId).catch((error: unknown) => {
        if (!isProblem(error, "not-found")) throw error
      })
    },
    recognise: (link) =>
      hosts.test(link.hostname) ? (/^\/(?:j|s|w)\/(\d{9,12})(?:\/|$)/.exec(link.pathname)?.[1] ?? null) : null,
    joinUrl: async (backendId) => linkOf(await requireMeeting(backendId)),
  }
}

const markOf = (key: string) => `kalends-${key}`
