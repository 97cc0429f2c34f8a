import type { ShownFace } from "../ports/meeting-backend.ts"

export type Told = {
  /** What the service was to show. */
  readonly written: ShownFace
  /** What it showed before; null when it was not looked at. */
  readonly before: ShownFace | null
  /** What it shows now; null when it cannot be asked, or has no such meeting any more. */
  readonly now: ShownFace | null
}

/**
 * What to compare the service's meeting with from now on, field by field. A service may show something else than it was told:
 * a field that is still as it was `before` was passed over (a series that has begun keeps its times), and that is how it is
 * from now on. One that is neither as before nor as written was changed by a person between our write and the look after
 * it (`isEdited`): what was written stays what it is compared with, so that the next look takes the change for one.
 */
export function shownAfter({ written, before, now }: Told): { readonly shown: ShownFace; readonly isEdited: boolean } {
  const topic = fieldAfter(written.topic, before?.topic, now?.topic)
  const schedule = fieldAfter(written.schedule, before?.schedule, now?.schedule)
  return {
    shown: { topic, schedule },
    isEdited: now !== null && (now.topic !== topic || now.schedule !== schedule),
  }
}

function fieldAfter(written: string, before: string | undefined, now: string | undefined): string {
  return now !== undefined && now === before ? now : written
}
