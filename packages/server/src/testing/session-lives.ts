import type { SessionLives } from "../ports/session-lives.ts"

/** As the settings have it where nothing is set. */
export const sessionLives: SessionLives = { days: 14, idleHours: 72, toolIdleHours: 240, issuedHours: 168, most: 20 }
