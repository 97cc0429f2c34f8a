import type { CalendarId, GroupId, UserId } from "@kalends/domain/ids"
import { effectivePolicy, type PolicyChoice, type PolicyLevel } from "@kalends/domain/policy"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { AccountTables } from "../ports/store.ts"

/** What an account and one of its groups say. */
export type TwoLevels = { readonly account: PolicyLevel; readonly group: PolicyLevel }

const choices: readonly PolicyChoice[] = [{}, { sync: "on" }, { sync: "off" }]

/** Where the sync goes on for people of a group, or (null) of none, their calendars are listed anew: it acts on events made before. */
export async function relistIfOn(
  tables: AccountTables,
  groupId: GroupId | null,
  before: TwoLevels,
  after: TwoLevels,
): Promise<void> {
  const isOn = ({ account, group }: TwoLevels, choice: PolicyChoice) =>
    effectivePolicy(account, group, choice).sync.value === "on"
  if (choices.some((choice) => !isOn(before, choice) && isOn(after, choice)))
    await addPasses(tables, await tables.groups.relistCalendars(groupId))
}

/** As relistIfOn, for one person, whatever `change` changes. */
export async function relistingUser(
  tables: AccountTables,
  userId: UserId,
  change: () => Promise<unknown>,
): Promise<void> {
  const isOn = async () => (await effectivePolicyOf(tables, userId)).sync.value === "on"
  const wasOn = await isOn()
  await change()
  if (!wasOn && (await isOn())) await relistCalendarsOf(tables, userId)
}

/** Has one person's calendars listed anew. */
export async function relistCalendarsOf(tables: AccountTables, userId: UserId): Promise<void> {
  const connection = await tables.findConnectionOfUser(userId)
  const calendars = connection === null ? [] : await tables.listCalendars(connection.connectionId)
  const ids = calendars.map(({ calendarId }) => calendarId)
  for (const calendarId of ids) await tables.updateCalendar(calendarId, { cursor: null, isFirstListing: true })
  await addPasses(tables, ids)
}

async function addPasses(tables: AccountTables, calendarIds: readonly CalendarId[]): Promise<void> {
  const { accountId } = tables
  await tables.addJobs(calendarIds.map((calendarId) => ({ kind: "pass", accountId, calendarId, noticedAtMs: null })))
}
