import { z } from "zod"
import { asked, type CustomProperties, type OfficeItem } from "./office.ts"

const toldSchema = z.object({
  subject: z.string(),
  date: z.string(),
  time: z.string().nullable(),
  zone: z.string(),
  isRecurring: z.boolean(),
})
const memorySchema = z.object({
  /** Of the request that made the meeting: sent again, it makes no second one. */
  key: z.string().regex(/^[0-9a-f]{32}$/),
  /** Null until the service has answered. */
  meetingId: z.uuid().nullable(),
  location: z.string(),
  told: toldSchema,
})
/** What the add-in keeps with an event: which meeting it has, and what the service was told last. */
export type EventMemory = z.infer<typeof memorySchema>

const name = "kalends"

/** What is kept with the event; null where nothing is, or nothing that can be read. */
export async function recall(item: OfficeItem): Promise<EventMemory | null> {
  const kept = (await load(item)).get(name)
  if (typeof kept !== "string") return null
  try {
    return memorySchema.safeParse(JSON.parse(kept)).data ?? null
  } catch {
    return null
  }
}

/** Keeps it with the event; null forgets. It is saved with the event, and not before. */
export async function remember(item: OfficeItem, memory: EventMemory | null): Promise<void> {
  const properties = await load(item)
  if (memory === null) properties.remove(name)
  else properties.set(name, JSON.stringify(memory))
  await asked<unknown>((callback) => properties.saveAsync(callback))
}

const load = (item: OfficeItem) => asked<CustomProperties>((callback) => item.loadCustomPropertiesAsync(callback))
