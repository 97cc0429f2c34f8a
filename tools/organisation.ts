/**
 * `npm run organisation -- …`: an administrator's work on whole organisations from the command line: the doctor, connecting
 * people, moving them to another calendar service and back. It talks to a running service, as the portal does.
 */
import { createInterface } from "node:readline/promises"
import { Writable } from "node:stream"
import type { SessionView } from "@kalends/protocol/api"
import type { CheckupView } from "@kalends/protocol/checkup"
import type { GroupsView } from "@kalends/protocol/groups"
import { problemSchema } from "@kalends/protocol/problem"
import type { RolloutView, StepsView, TenantsView, TenantView } from "@kalends/protocol/tenants"
import { type Command, readArguments, usage } from "./organisation/arguments.ts"
import { checkupLines, failureLines, problemText, progressLine, tenantLine } from "./organisation/words.ts"
import { environmentValue, pause, say } from "./platform.ts"

const askEveryMs = 1_000
const failuresShown = 50

class Refused extends Error {}

type Api = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>

function apiAt(url: string, token: () => string | null): Api {
  return async (method, path, body) => {
    const bearer = token()
    const headers = {
      "x-kalends-request": "1",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
    }
    const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = await fetch(`${url}${path}`, request).catch(() => {
      throw new Refused(`Nothing answers at ${url}; set KALENDS_URL.`)
    })
    const text = await response.text()
    if (!response.ok) throw new Refused(refusal(text, response.status))
    return text === "" ? null : JSON.parse(text)
  }
}

function refusal(text: string, status: number): string {
  try {
    const problem = problemSchema.parse(JSON.parse(text))
    return problemText({ kind: problem.kind, code: problem.code ?? null })
  } catch {
    return `The service answered ${status}.`
  }
}

/** A line that somebody types; a password is not shown. */
async function ask(question: string, isHidden = false): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_part, _encoding, done) => done() })
  const output = isHidden ? silent : process.stderr
  const asked = createInterface({ input: process.stdin, output, terminal: isHidden })
  const answer = await asked.question("")
  asked.close()
  if (isHidden) process.stderr.write("\n")
  return answer.trim()
}

async function signIn(url: string): Promise<Api> {
  const email = environmentValue("KALENDS_EMAIL") ?? (await ask("E-mail address: "))
  const password = environmentValue("KALENDS_PASSWORD") ?? (await ask("Password: ", true))
  const input = { email, password, deviceName: "Command line", keep: "memory" }
  const { token } = await apiAt(url, () => null)<SessionView>("POST", "/v1/sessions", input)
  return apiAt(url, () => token)
}

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
    const api = await signIn((environmentValue("KALENDS_URL") ?? "http://localhost:8080").replace(/\/$/, ""))
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
