import { Problem } from "@kalends/domain/problem"
import { scheduleText } from "@kalends/domain/schedule"
import type { MeetingBackend, MeetingFace, ShownFace } from "../ports/meeting-backend.ts"

/** A service that keeps all it is told. */
export function shownWhole({ topic, schedule }: MeetingFace): ShownFace {
  return { topic: topic.trim(), schedule: scheduleText(schedule) }
}

type Kept = { face: MeetingFace; key: string; note: string | null; isEnded: boolean }

/**
 * The reference meeting service: keeps titles and times, can be changed by its own people, makes one meeting for a key.
 * `calls` counts what was asked of it, by act.
 */
export function createMemoryBackend(name = "memory") {
  const kept = new Map<string, Kept>()
  const calls = new Map<string, number>()
  const count = (act: string) => calls.set(act, (calls.get(act) ?? 0) + 1)
  const urlOf = (backendId: string) => `https://meet.example/${backendId}`
  const require = (backendId: string): Kept => {
    const meeting = kept.get(backendId)
    if (meeting === undefined || meeting.isEnded) throw new Problem("not-found", "There is no such meeting.")
    return meeting
  }
  const backend: MeetingBackend = {
    name,
    limits: { isEditableElsewhere: true, keepsFace: true },
    door: null,
    async create({ key, face }) {
      count("create")
      const known = [...kept].find(([, meeting]) => meeting.key === key)
      const backendId = known?.[0] ?? `m-${kept.size + 1}`
      if (known === undefined) kept.set(backendId, { face, key, note: null, isEnded: false })
      return { backendId, joinUrl: urlOf(backendId) }
    },
    find: async (key) => [...kept].find(([, meeting]) => meeting.key === key)?.[0] ?? null,
    async fetch(backendId) {
      count("fetch")
      const meeting = kept.get(backendId)
      return meeting === undefined || meeting.isEnded ? null : { ...meeting.face, shown: shownWhole(meeting.face) }
    },
    shown: shownWhole,
    async update(backendId, face, note) {
      count("update")
      const meeting = require(backendId)
      meeting.face = face
      meeting.note = note ?? meeting.note
    },
    async end(backendId) {
      count("end")
      const meeting = kept.get(backendId)
      if (meeting !== undefined) meeting.isEnded = true
    },
    recognise: (link) => /^https:\/\/meet\.example\/(m-\d+)$/.exec(link.href)?.[1] ?? null,
    joinUrl: async (backendId) => urlOf(backendId),
  }
  return {
    backend,
    kept,
    calls,
    edit: (backendId: string, face: Partial<MeetingFace>) =>
      Object.assign(require(backendId), { face: { ...require(backendId).face, ...face } }),
  }
}

export type MemoryBackend = ReturnType<typeof createMemoryBackend>
