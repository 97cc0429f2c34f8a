import type { DisplayView, PairInput } from "@kalends/protocol/display"
import type { Scene } from "./scene.ts"

type Asked = {
  readonly route: string
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}
type Answer = { readonly status?: number; readonly body: unknown }

/** The code that a screen of the scene shows. */
export const fakePairingCode = "7KQF3M9P"

const idOf = (number: number) => `00000000-0000-4000-8000-0000000d00${String(number).padStart(2, "0")}`
const roomOf = (number: number, name: string) => ({ roomId: idOf(50 + number), name })

/** A door that is there, a board that is not, and a television that never came. */
export function calmDisplays(now: Temporal.Instant): DisplayView[] {
  const settings = { language: "en", hours: 24, look: "system" } as const
  const pairedAt = now.subtract({ hours: 200 }).toString()
  const rooms = ["Andromeda", "Cassiopeia", "会議室「桜」"].map((name, at) => roomOf(at, name))
  return [
    {
      ...{
        displayId: idOf(1),
        name: "Door of Andromeda",
        kind: "door",
        deviceName: "Chrome on Android",
        settings,
        pairedAt,
      },
      ...{ rooms: rooms.slice(0, 1), lastSeenAt: now.subtract({ seconds: 40 }).toString() },
    },
    {
      ...{
        displayId: idOf(2),
        name: "Entrance hall",
        kind: "board",
        deviceName: "Chrome on Linux",
        settings,
        pairedAt,
      },
      ...{ rooms, lastSeenAt: now.subtract({ hours: 5 }).toString() },
    },
    {
      ...{ displayId: idOf(3), name: "Television", kind: "tv", deviceName: "Safari on Macintosh", settings, pairedAt },
      ...{ rooms: rooms.slice(1, 2), lastSeenAt: null },
    },
  ]
}

const isGone = (lastSeenAt: string) =>
  Temporal.Instant.from(lastSeenAt).until(Temporal.Now.instant()).total("minutes") > 3

const problem = (status: number, kind: string, code: string): Answer => ({
  status,
  body: { type: "about:blank", title: code, status, kind, code },
})

/** Answers about screens, as the scene has them; null for other routes. */
export function displaysReply({ route, query, body }: Asked, scene: Scene): Answer | null {
  const now = new Date().toISOString()
  if (route === "GET /v1/displays") {
    const roomId = query.get("roomId")
    const wanted = (query.get("search") ?? "").toLowerCase()
    const displays = scene.displays
      .filter((one) => roomId === null || one.rooms.some((room) => room.roomId === roomId))
      .filter(({ name, rooms }) => [name, ...rooms.map((room) => room.name)].join("\n").toLowerCase().includes(wanted))
      .filter(({ lastSeenAt }) => query.get("trouble") === null || lastSeenAt === null || isGone(lastSeenAt))
    return { body: { displays, now, after: null } }
  }
  if (route === "POST /v1/displays") {
    const { code, name, kind, roomIds, settings } = body as PairInput
    if (code !== fakePairingCode) return problem(404, "not-found", "pairing-code-wrong")
    const rooms = roomIds.map((roomId) => ({ roomId, name: "Andromeda" }))
    const made = { displayId: idOf(9), name, kind, deviceName: "Firefox on Linux", settings, rooms }
    scene.displays = [...scene.displays, { ...made, pairedAt: now, lastSeenAt: now }]
    return { status: 201, body: scene.displays.at(-1) }
  }
  const found = scene.displays.find(({ displayId }) => route.endsWith(`/v1/displays/${displayId}`))
  if (found === undefined) return null
  if (route.startsWith("DELETE")) {
    scene.displays = scene.displays.filter((one) => one !== found)
    return { body: {} }
  }
  const changed = { ...found, name: String(body.name) }
  scene.displays = scene.displays.map((one) => (one === found ? changed : one))
  return { body: changed }
}
