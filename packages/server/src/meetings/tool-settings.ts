import type { AuditReason } from "@kalends/domain/audit-reason"
import { parseTemplateId, type TemplateId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ToolDefaultsInput, ToolSettings, ToolTemplate, ToolTemplates } from "@kalends/protocol/tools"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { MeetingBackend } from "../ports/meeting-backend.ts"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import type { TemplateRow } from "../ports/tool-tables.ts"
import { listHosts } from "./delegates.ts"

export type ToolSettingsDeps = {
  readonly store: Store
  readonly backends: ReadonlyMap<string, MeetingBackend>
  readonly world: { readonly clock: Clock; readonly random: Random }
}

const templatesMost = 50

/** What tools ask first, and what people and administrators set for them. */
export function createToolSettings({ store, backends, world }: ToolSettingsDeps) {
  const { clock, random } = world

  async function audit(tables: AccountTables, { userId }: Caller, templateId: TemplateId, reason: AuditReason) {
    const actor = { kind: "user", userId } as const
    await tables.appendAudit({ actor, action: "tool-template-changed", subjectId: templateId, reason }, clock.now())
  }

  return {
    settings: (by: Caller): Promise<ToolSettings> =>
      store.inAccount(by.accountId, async (tables) => {
        const templates = await tables.tools.listTemplates()
        const own = await tables.tools.findDefault(by.userId)
        return {
          person: { displayName: by.displayName, email: by.email },
          isOn: await isToolsOn(tables, by),
          templates: templates.map(({ templateId, name, isDefault }) => ({ templateId, name, isDefault })),
          defaults: {
            templateId: chosenTemplate(templates, own?.templateId ?? null)?.templateId ?? null,
            addsToEveryEvent: own?.addsToEveryEvent ?? false,
          },
          mayScheduleFor: (await listHosts(tables, by)).map(({ host, managesPrivate }) => ({
            ...{ email: host.email, displayName: host.displayName, managesPrivate },
          })),
        }
      }),

    /** Throws Problem "not-found" (code "no-template"). */
    async setDefaults(by: Caller, { templateId, addsToEveryEvent }: ToolDefaultsInput): Promise<void> {
      const { accountId, userId } = by
      await store.inAccount(accountId, async (tables) => {
        const chosen = templateId === null ? null : await requireTemplate(tables, templateId)
        const row = { accountId, userId, templateId: chosen?.templateId ?? null, addsToEveryEvent }
        await tables.tools.putDefault(row)
      })
    },

    templates: async (by: Caller): Promise<ToolTemplates> => ({
      templates: (await store.inAccount(by.accountId, (tables) => tables.tools.listTemplates())).map(templateView),
      backends: [...backends.keys()],
    }),

    /**
     * Makes a template (null), or changes it. Throws Problem "not-found" (code "no-template"), "conflict" (code
     * "too-many-templates"), "unsupported" (code "no-meeting-service").
     */
    async saveTemplate(by: Caller, known: TemplateId | null, input: Omit<ToolTemplate, "templateId">) {
      const { name, text, backend, isDefault } = input
      if (backend !== null && !backends.has(backend))
        throw new Problem("unsupported", "This meeting service is not set up here.", { code: "no-meeting-service" })
      return store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        const before = known === null ? null : await requireTemplate(tables, known)
        if (before === null && (await tables.tools.listTemplates()).length >= templatesMost)
          throw new Problem("conflict", "There are too many templates; remove one first.", {
            code: "too-many-templates",
          })
        const row: TemplateRow = {
          ...{ accountId: by.accountId, templateId: before?.templateId ?? parseTemplateId(random.uuid()) },
          ...{ name, text, backend, isDefault, createdAt: before?.createdAt ?? clock.now() },
        }
        await tables.tools.putTemplate(row)
        await audit(tables, by, row.templateId, "template-saved")
        return templateView(row)
      })
    },

    /** Throws Problem "not-found" (code "no-template"). */
    async removeTemplate(by: Caller, templateId: TemplateId): Promise<void> {
      await store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        if (!(await tables.tools.deleteTemplate(templateId))) throw noTemplate()
        await audit(tables, by, templateId, "template-removed")
      })
    },
  }
}

export type ToolSettingsFeature = ReturnType<typeof createToolSettings>

const noTemplate = () => new Problem("not-found", "There is no such template.", { code: "no-template" })

/** Whether policy lets the person use scheduling tools. */
export async function isToolsOn(tables: AccountTables, { userId }: Pick<UserRow, "userId">): Promise<boolean> {
  return (await effectivePolicyOf(tables, userId)).schedulingTools.value === "on"
}

/** The person's own, where it is there still, else the organisation's; null for neither. */
export function chosenTemplate(templates: readonly TemplateRow[], own: TemplateId | null): TemplateRow | null {
  return templates.find(({ templateId }) => templateId === own) ?? templates.find(({ isDefault }) => isDefault) ?? null
}

/** Throws Problem "not-found" (code "no-template"). */
export async function requireTemplate(tables: AccountTables, templateId: string): Promise<TemplateRow> {
  const found = (await tables.tools.listTemplates()).find((row) => row.templateId === templateId)
  if (found === undefined) throw noTemplate()
  return found
}

function templateView({ templateId, name, text, backend, isDefault }: TemplateRow): ToolTemplate {
  return { templateId, name, text, backend, isDefault }
}
