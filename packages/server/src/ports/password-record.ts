import { z } from "zod"

/** What is sealed for a provider with user name and password: one JSON text. */
const passwordRecordSchema = z.object({ server: z.string(), username: z.string(), password: z.string() })
export type PasswordRecord = z.infer<typeof passwordRecordSchema>

export function parsePasswordRecord(text: string): PasswordRecord {
  return passwordRecordSchema.parse(JSON.parse(text))
}

export function writePasswordRecord({ server, username, password }: PasswordRecord): string {
  return JSON.stringify({ server, username, password })
}
