/** Ids as Exchange gives them: base64 of something that means nothing outside, and that distinguishes capitals. */

const mark = Buffer.from([0, 3, 0x24])

function encode(parts: readonly string[]): string {
  return Buffer.concat([mark, Buffer.from(parts.join("\n"), "utf8")]).toString("base64")
}

function decode(id: string): readonly string[] | null {
  const bytes = Buffer.from(id, "base64")
  if (!bytes.subarray(0, 3).equals(mark) || bytes.toString("base64") !== id) return null
  return bytes.subarray(3).toString("utf8").split("\n")
}

/** An item, or one occurrence of a series by its original start. */
export type ItemKey = {
  readonly personId: string
  readonly folder: string
  readonly eventId: string
  readonly original: string | null
}

export const itemId = ({ personId, folder, eventId, original }: ItemKey): string =>
  encode(["i", personId, folder, eventId, original ?? ""])

export function readItemId(id: string): ItemKey | null {
  const [kind, personId, folder, eventId, original] = decode(id) ?? []
  if (kind !== "i" || personId === undefined || folder === undefined || eventId === undefined) return null
  return { personId, folder, eventId, original: original === undefined || original === "" ? null : original }
}

export const folderId = (personId: string, folder: string): string => encode(["f", personId, folder])

export function readFolderId(id: string): { readonly personId: string; readonly folder: string } | null {
  const [kind, personId, folder] = decode(id) ?? []
  return kind !== "f" || personId === undefined || folder === undefined ? null : { personId, folder }
}

/** Changes with every write: the number of the change in the calendar, within what else a change key holds. */
export function changeKey(sequence: number): string {
  const bytes = Buffer.alloc(22)
  bytes.set([0x0f, 0, 0, 0, 0x16], 0)
  bytes.writeUInt32BE(sequence, 18)
  return bytes.toString("base64")
}

/** The change that a change key stands for; null for what is none. */
export function readChangeKey(key: string): number | null {
  const bytes = Buffer.from(key, "base64")
  return bytes.length === 22 && bytes[0] === 0x0f ? bytes.readUInt32BE(18) : null
}

export type SyncPosition = { readonly personId: string; readonly folder: string; readonly sequence: number }

export const syncState = ({ personId, folder, sequence }: SyncPosition): string =>
  encode(["s", personId, folder, String(sequence)])

export function readSyncState(state: string): SyncPosition | null {
  const [kind, personId, folder, sequence] = decode(state) ?? []
  if (kind !== "s" || personId === undefined || folder === undefined || !/^\d+$/.test(sequence ?? "")) return null
  return { personId, folder, sequence: Number(sequence) }
}

/** A subscription's id tells the server that holds it. */
export const subscriptionId = (server: string, name: string): string => encode(["n", server, name])

export const watermark = (subscription: string, position: number): string =>
  encode(["w", String(subscription.length), String(position)])

export function readWatermark(text: string): number | null {
  const [kind, , position] = decode(text) ?? []
  return kind === "w" && /^\d+$/.test(position ?? "") ? Number(position) : null
}
