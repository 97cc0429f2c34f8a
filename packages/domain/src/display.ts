/**
 * A screen that is paired. tv: in a room, to be looked at. door: beside its door. controller: on its table. board: where
 * people come in, with many rooms.
 */
export const displayKinds = ["tv", "door", "controller", "board"] as const
export type DisplayKind = (typeof displayKinds)[number]

/** What can be done at a screen. */
export const displayActs = ["book", "extend", "end", "check-in"] as const
export type DisplayAct = (typeof displayActs)[number]

/** The least that each kind needs: what only shows changes nothing. */
export const actsOf: Readonly<Record<DisplayKind, readonly DisplayAct[]>> = {
  tv: [],
  door: displayActs,
  controller: displayActs,
  board: [],
}

/** Rooms that one screen of the kind shows at most. */
export const roomsMostOf: Readonly<Record<DisplayKind, number>> = { tv: 1, door: 1, controller: 1, board: 100 }

export const displayLanguages = ["en", "ja"] as const
/** system: as the device is set. e-paper: black and white alone, without movement, drawn anew as seldom as can be. */
export const displayLooks = ["system", "light", "dark", "e-paper"] as const

/** How a screen shows what it shows. */
export type DisplaySettings = {
  readonly language: (typeof displayLanguages)[number]
  readonly hours: 12 | 24
  readonly look: (typeof displayLooks)[number]
}

export const usualDisplaySettings: DisplaySettings = { language: "en", hours: 24, look: "system" }

/** Signs of pairing codes: none that is taken for another when read from across a room. */
export const pairingSigns = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
export const pairingCodeLength = 8

/** A code as it was typed, with what people add or confuse taken out; null for what can be no code. */
export function parsePairingCode(typed: string): string | null {
  const code = typed.toUpperCase().replaceAll(/[\s\p{Dash_Punctuation}]/gu, "")
  const isCode = code.length === pairingCodeLength && [...code].every((sign) => pairingSigns.includes(sign))
  return isCode ? code : null
}
