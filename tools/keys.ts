/** `npm run keys -- …`: the organisation's keys from the command line, through the running service. */
import type { KeyAction, KeysView } from "@kalends/protocol/keys"
import { say } from "./platform.ts"
import { type Api, ask, Refused, serviceUrl, signIn } from "./service-api.ts"

export const usage = `npm run keys -- status | rotate | rewrap | pause | resume | shred

status shows who keeps the keys, whether that answers, the data keys, and the work on them. rotate makes a new data key and
seals everything under it; rewrap wraps the data keys anew under what the custodian wraps with now. pause and resume hold the
work up and let it go on. shred destroys all data keys of the organisation, for good; it asks for its name and your password.
The service is at KALENDS_URL (http://localhost:8080); an owner signs in with KALENDS_EMAIL and KALENDS_PASSWORD, or is asked.`

const actions: readonly KeyAction[] = ["rotate", "rewrap", "pause", "resume"]

/** What is said of the keys, a line each. */
export function statusLines({ custodians, dataKeys, work, graceMinutes }: KeysView): readonly string[] {
  const keepers = custodians.map(({ role, label, state, awaySince, graceEndsAt, keyCount }) => {
    const away = awaySince === null ? "" : ` since ${awaySince}; keys in use are kept until ${graceEndsAt}`
    return `${role.padEnd(8)}${label}: ${state}${away}; data keys under it: ${keyCount}`
  })
  const keys = dataKeys.map(
    ({ version, custodyKeyId, createdAt, destroyedAt }) =>
      `data key ${version}: ${custodyKeyId}, made ${createdAt}${destroyedAt === null ? "" : `, destroyed ${destroyedAt}`}`,
  )
  const failed = work === null || work.failed === 0 ? "" : `, ${work.failed} could not be opened`
  const done = work === null ? "no work yet" : `work: ${work.state}, ${work.done} of ${work.total} sealed anew${failed}`
  return [...keepers, `grace: ${graceMinutes} minutes`, ...keys, done]
}

async function shred(api: Api): Promise<KeysView> {
  say("Everything of the organisation becomes unreadable for good; everybody has to connect again.")
  const organisation = await ask("The organisation's name: ")
  const password = await ask("Your password: ", true)
  return api<KeysView>("POST", "/v1/keys/shredding", { organisation, password })
}

/** The exit code: 0 well, 1 refused or nothing answers, 2 not understood. */
async function run([verb, ...rest]: readonly string[]): Promise<number> {
  const action = actions.find((known) => known === verb)
  if (rest.length > 0 || (action === undefined && verb !== "status" && verb !== "shred")) {
    say(usage)
    return 2
  }
  try {
    const api = await signIn(serviceUrl())
    const view =
      action !== undefined
        ? await api<KeysView>("POST", "/v1/keys/actions", { action })
        : verb === "shred"
          ? await shred(api)
          : await api<KeysView>("GET", "/v1/keys")
    for (const line of statusLines(view)) say(line)
    return 0
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    say(error.message)
    return 1
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2))
