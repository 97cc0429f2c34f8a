import type { KeysView } from "@kalends/protocol/keys"
import type { Scene } from "./scene.ts"

type Asked = { readonly route: string; readonly body: Readonly<Record<string, unknown>> }
type Answer = { readonly status?: number; readonly body: unknown }

const stale = {
  type: "about:blank",
  title: "Forbidden",
  status: 403,
  kind: "forbidden",
  code: "fresh-factor-needed",
  requestId: "r",
}
const differs = {
  type: "about:blank",
  title: "Forbidden",
  status: 403,
  kind: "forbidden",
  code: "name-differs",
  requestId: "r",
}

/** Answers about keys, as the scene has them; null for other routes. */
export function keysReply({ route, body }: Asked, scene: Scene): Answer | null {
  const { work } = scene.keys
  switch (route) {
    case "GET /v1/keys":
      return { body: scene.keys }
    case "POST /v1/keys/actions": {
      if (!scene.isFactorFresh && body.action === "rotate") return { status: 403, body: stale }
      const state = body.action === "pause" ? "paused" : "running"
      const begun = {
        startedAt: scene.keys.at,
        touchedAt: scene.keys.at,
        endedAt: null,
        total: 50_000,
        done: 0,
        failed: 0,
      }
      scene.keys = { ...scene.keys, work: { ...begun, ...work, state, endedAt: null } }
      return { body: scene.keys }
    }
    case "POST /v1/keys/shredding": {
      if (!scene.isFactorFresh) return { status: 403, body: stale }
      if (body.organisation !== scene.keys.organisation) return { status: 403, body: differs }
      const dataKeys = scene.keys.dataKeys.map((key) => ({ ...key, destroyedAt: scene.keys.at }))
      scene.keys = { ...scene.keys, dataKeys }
      return { body: scene.keys }
    }
    default:
      return null
  }
}

/** Keys that were moved from the key file to a key service. */
export function calmKeys(now: Temporal.Instant): KeysView {
  const at = (hoursAgo: number) => now.subtract({ hours: hoursAgo }).toString({ smallestUnit: "second" })
  const well = { awaySince: null, retryAt: null, graceEndsAt: null, problemCode: null } as const
  const label = "transit:transit/kalends"
  return {
    ...{ at: at(0), organisation: "Observatory", graceMinutes: 60, work: null },
    custodians: [
      { name: "transit", label, role: "current", state: "answers", keyCount: 1, ...well },
      { name: "key-file", label: "file:3f9a0c2b7d5e1a84", role: "former", state: "unasked", keyCount: 0, ...well },
    ],
    dataKeys: [
      { version: 2, custodyKeyId: `${label}:v3`, createdAt: at(30), destroyedAt: null },
      { version: 1, custodyKeyId: "file:3f9a0c2b7d5e1a84", createdAt: at(2_000), destroyedAt: at(29) },
    ],
  }
}
