/**
 * `npm run organisation -- …`: an administrator's work on whole organisations from the command line: the doctor, connecting
 * people, moving them to another calendar service and back. It talks to a running service, as the portal does.
 */
import type { CheckupView } from "@kalends/protocol/checkup"
import type { GroupsView } from "@kalends/protocol/groups"
import type { RolloutView, StepsView, TenantsView, TenantView } from "@kalends/protocol/tenants"
import { type Command, readArguments, usage } from "./organisation/arguments.ts"
import { checkupLines, failureLines, progressLine, tenantLine } from "./organisation/words.ts"
import { pause, say } from "./platform.ts"
import { type Api, ask, Refused, serviceUrl, signIn } from "./service-api.ts"

const askEveryMs = 1_000
const failuresShown = 50

async function requireTenant(api: Api, named: string): Promise<TenantView> {
  const { tenants } = await api<TenantsView>("GET", "/v1/tenants")
  const found = tenants.filter(({ tenantConnectionId, tenantId }) => tenantConnectionId === named || tenantId === named)
  const [only] = found
  if (only === undefined || found.length > 1)
    throw new Refused(`There is ${found.length === 0 ? "no" : "more than one"} organisation "${named}".`)
  return only
}

/** Shows where it stands until nothing is under way; answers with how it ended. */
async function follow(api: Api, rolloutId: string): Promise<RolloutView> {
  for (let shown = ""; ; ) {
    const rollout = await api<RolloutView>("GET", `/v1/rollouts/${rolloutId}`)
    const line = progressLine(rollout)
    if (line !== shown) say(line)
    shown = line
    if (!["checking", "running", "undoing"].includes(rollout.state)) return rollout
    await pause(askEveryMs)
  }
}

async function showFailures(api: Api, { rolloutId, counts }: RolloutView): Promise<void> {
  if (counts.failed === 0) return
  const page = await api<StepsView>("GET", `/v1/rollouts/${rolloutId}/steps?state=failed`)
  for (const line of failureLines({ steps: page.steps.slice(0, failuresShown) })) say(line)
  if (counts.failed > failuresShown) say(`  and ${counts.failed - failuresShown} more`)
}

async function groupId(api: Api, name: string | null): Promise<string | null> {
  if (name === null) return null
  const { groups } = await api<GroupsView>("GET", "/v1/groups")
  const group = groups.find((one) => one.name === name)
  if (group === undefined) throw new Refused(`There is no group "${name}".`)
  return group.groupId
}

type Work = Extract<Command, { readonly kind: "connect" | "migrate" }>

async function work(api: Api, { kind, organisation, permission, group, emails, isSure }: Work): Promise<number> {
  const { tenantConnectionId } = await requireTenant(api, organisation)
  const scope = { groupId: await groupId(api, group), emails }
  const begun = await api<RolloutView>("POST", "/v1/rollouts", { kind, tenantConnectionId, permission, scope })
  say(`Work ${begun.rolloutId}; it goes on without this window: npm run organisation -- work ${begun.rolloutId}`)
  const looked = await follow(api, begun.rolloutId)
  await showFailures(api, looked)
  if (kind === "connect") return looked.counts.failed === 0 ? 0 : 1
  if (looked.state !== "checked" || looked.counts.checked === 0) return 1
  const question = `Move ${looked.counts.checked} people now? It can be undone.`
  if (!isSure && !/^y(?:es)?$/i.test(await ask(`${question} [y/N] `))) return 0
  return act(api, begun.rolloutId, "start")
}

async function act(
  api: Api,
  rolloutId: string,
  action: "follow" | "start" | "stop" | "retry" | "undo",
): Promise<number> {
  if (action !== "follow") await api("POST", `/v1/rollouts/${rolloutId}/actions`, { action })
  const ended = await follow(api, rolloutId)
  await showFailures(api, ended)
  return ended.counts.failed === 0 ? 0 : 1
}

async function doctor(api: Api, organisation: string, mailboxes: readonly string[]): Promise<number> {
  const { tenantConnectionId } = await requireTenant(api, organisation)
  const checkup = await api<CheckupView>("POST", `/v1/tenants/${tenantConnectionId}/checkup`, { mailboxes })
  for (const line of checkupLines(checkup)) say(line)
  return checkup.checks.some(({ outcome }) => outcome === "wrong") ? 1 : 0
}

/** Does what was asked; the exit code: 0 well, 1 something is wrong or failed, 2 not understood. */
export async function run(args: readonly string[]): Promise<number> {
  const command = readArguments(args)
  if (command === null) {
    say(usage)
    return 2
  }
  try {
    const api = await signIn(serviceUrl())
    switch (command.kind) {
      case "list":
        for (const tenant of (await api<TenantsView>("GET", "/v1/tenants")).tenants) say(tenantLine(tenant))
        return 0
      case "doctor":
        return await doctor(api, command.organisation, command.mailboxes)
      case "act":
        return await act(api, command.rolloutId, command.action)
      default:
        return await work(api, command)
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    say(error.message)
    return 1
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2))
