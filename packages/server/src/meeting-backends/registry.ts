import type { Config } from "../config.ts"
import type { MeetingBackend } from "../ports/meeting-backend.ts"
import type { MeetingPush } from "../ports/meeting-push.ts"
import { createBigBlueButtonBackend } from "./bigbluebutton/index.ts"
import { createBuiltinBackend } from "./builtin/index.ts"
import type { ZoomCallsDeps } from "./zoom/calls.ts"
import { createZoomBackend } from "./zoom/index.ts"
import { createZoomPush } from "./zoom/push.ts"

export type BackendDeps = ZoomCallsDeps & {
  /** Of which the codes of meetings are drawn. */
  readonly codes: Uint8Array
}

/** One line for each meeting service: null when it is not set up. The first that is makes the meetings. */
const registry: readonly ((deps: BackendDeps, config: Config) => MeetingBackend | null)[] = [
  (deps, { zoomAccountId: accountId, zoomClientId: clientId, zoomClientSecret: clientSecret, ...config }) =>
    accountId === null || clientId === null || clientSecret === null
      ? null
      : createZoomBackend(deps, {
          ...{ accountId, clientId, clientSecret, user: config.zoomUser },
          ...{ tokenUrl: config.zoomTokenUrl, apiUrl: config.zoomApiUrl },
        }),
  (deps, { bbbUrl: url, bbbSecret: secret, bbbGuests: guests, publicUrl }) =>
    url === null || secret === null ? null : createBigBlueButtonBackend(deps, { url, secret, guests, publicUrl }),
  ({ codes }, { meetingUrl }) =>
    meetingUrl === null ? null : createBuiltinBackend({ template: meetingUrl, secret: codes }),
]

/** The meeting services that are set up, by name. */
export function createBackends(deps: BackendDeps, config: Config): ReadonlyMap<string, MeetingBackend> {
  const made = registry.map((create) => create(deps, config)).filter((backend) => backend !== null)
  return new Map(made.map((backend) => [backend.name, backend]))
}

/** One line for each meeting service that tells of changes by itself: null when it is not set up to. */
const pushes: readonly ((config: Config) => readonly [string, MeetingPush] | null)[] = [
  ({ zoomWebhookSecret: secret }) => (secret === null ? null : ["zoom", createZoomPush(secret)]),
]

/** What is received at /hooks/<name>, by the name of the meeting service. */
export function createMeetingPushes(config: Config): ReadonlyMap<string, MeetingPush> {
  return new Map(pushes.map((create) => create(config)).filter((push) => push !== null))
}
