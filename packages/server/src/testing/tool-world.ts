import { type ProviderEventId, parseUserId } from "@kalends/domain/ids"
import type { ToolMeeting, ToolMeetingInput } from "@kalends/protocol/tools"
import { createDelegates } from "../meetings/delegates.ts"
import { createToolMeetings } from "../meetings/tool-meetings.ts"
import { createToolSettings } from "../meetings/tool-settings.ts"
import type { Caller } from "../ports/call.ts"
import { type EngineOptions, someDraft, startEngine } from "./engine.ts"
import { recordOf } from "./memory-events.ts"
import { callerOf, sampleRows } from "./rows.ts"

export const toolKey = "0000000000000000000000000000000a"
export const toolWish: ToolMeetingInput = {
  ...{ key: toolKey, subject: "Observation", date: "2026-12-01", time: "20:00" },
  ...{ zone: "Europe/Berlin", isRecurring: false },
}

/** Scheduling tools over one connected calendar in memory; its person is Ada. */
export async function toolWorld(options: EngineOptions = {}) {
  const engine = await startEngine(options)
  const { store, broker, wishes, provider, meetings: service, clock, random, jobs, accountId, calendarId } = engine
  const backend = options.dressBackend?.(service.backend) ?? service.backend
  const asked = {
    freshAccess: (...given: Parameters<typeof broker.freshAccess>) => {
      wishes.push(given[2])
      return broker.freshAccess(...given)
    },
  }
  const backends = new Map([[backend.name, backend]])
  const world = { clock, random }
  const tools = createToolMeetings({ store, broker: asked, providerOf: () => provider, backends, world })
  const run = async () => {
    for (let due = jobs.take(); due.length > 0; due = jobs.take())
      for (const job of due) {
        if (job.kind === "pass") await engine.pass(job)
        if (job.kind === "settle") await engine.settle(job)
      }
  }
  const { calendar } = engine.remote
  const inAccount = <Result>(work: Parameters<typeof store.inAccount<Result>>[1]) => store.inAccount(accountId, work)
  return {
    ...{ ...engine, service, tools, inAccount, run },
    ada: callerOf(sampleRows().user),
    settings: createToolSettings({ store, backends, world }),
    delegates: createDelegates({ store, clock }),
    /** Somebody else of the organisation. */
    async colleague(name: string, role: Caller["role"] = "user"): Promise<Caller> {
      const { user } = sampleRows()
      const email = `${name.toLowerCase()}@example.org`
      const row = { ...user, userId: parseUserId(random.uuid()), email, displayName: name, role }
      await inAccount((tables) => tables.insertUser(row))
      return callerOf(row)
    },
    async sync(): Promise<void> {
      await jobs.queue.add([{ kind: "pass", accountId, calendarId, noticedAtMs: null }])
      await run()
    },
    /** The person saves the event in which the tool has written. */
    async save({ location, block }: Pick<ToolMeeting, "location" | "block">): Promise<ProviderEventId> {
      const starts = Temporal.PlainDateTime.from("2026-12-01T20:00:00")
      const id = await engine.remote.hand.create({
        ...someDraft("Observation"),
        time: { kind: "timed", starts, minutes: 45, zone: "Europe/Berlin" },
      })
      await calendar.edit(id, ({ texts }) => void Object.assign(texts, { location, description: block.text }))
      return id
    },
    clearTexts: (id: ProviderEventId) =>
      calendar.edit(id, ({ texts }) => void Object.assign(texts, { location: null, description: null })),
    setPrivate: (id: ProviderEventId) => calendar.edit(id, (event) => void Object.assign(event, { isPrivate: true })),
    event(id: ProviderEventId) {
      const found = calendar.find(id)
      if (found === null) throw new Error("no such event")
      return recordOf(found)
    },
    kept: () => [...service.kept.values()],
    actions: () =>
      inAccount(async (tables) =>
        (await tables.listAudit({ after: 0, limit: 500 })).map(({ action, reason }) => `${action} ${reason}`),
      ),
  }
}
