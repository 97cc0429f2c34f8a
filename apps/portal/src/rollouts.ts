import type { RolloutView, StepsView } from "@kalends/protocol/tenants"

type Step = StepsView["steps"][number]

/** What is being counted at the moment. */
export type Phase = "connect" | "check" | "move" | "back"

/** How far it is: `done` of `all`, in the phase it is in or ended in, and how many stopped at a problem. */
export type Progress = {
  readonly phase: Phase
  readonly done: number
  readonly all: number
  readonly failed: number
  /** 0 to 100: how much of it has been looked at, with or without a problem. */
  readonly percent: number
  /** How much of that stopped at a problem. */
  readonly failedPercent: number
}

/** True while the service is at it, so that it is worth asking again. */
export function isWorking({ state }: Pick<RolloutView, "state">): boolean {
  return state === "checking" || state === "running" || state === "undoing"
}

/** A pause may come in any phase; what is counted then follows from what was done. */
function phaseOf({ kind, state, counts }: RolloutView): Phase {
  if (kind === "connect") return "connect"
  if (state === "checking" || state === "checked") return "check"
  if (state === "undoing" || state === "undone") return "back"
  if (state === "stopped") return counts.undone > 0 ? "back" : counts.done > 0 ? "move" : "check"
  return "move"
}

/** Counts of the phase it is in. Who was left as they are counts as looked at, not as done. */
export function progressOf(rollout: RolloutView): Progress {
  const phase = phaseOf(rollout)
  const { waiting, checked, done, skipped, failed, undone, all } = rollout.counts
  const share = (part: number, whole: number) => (whole === 0 ? 100 : Math.floor((part / whole) * 100))
  const failing = (whole: number) => (failed === 0 ? 0 : Math.max(1, share(failed, whole)))
  switch (phase) {
    case "connect":
      return { phase, done, all, failed, percent: share(done + skipped + failed, all), failedPercent: failing(all) }
    case "check":
      return {
        phase,
        done: all - waiting,
        all,
        failed,
        percent: share(all - waiting, all),
        failedPercent: failing(all),
      }
    case "move": {
      const due = done + checked + waiting
      return { phase, done, all: due, failed, percent: share(done, due), failedPercent: 0 }
    }
    case "back":
      return {
        phase,
        done: undone,
        all: done + undone,
        failed,
        percent: share(undone, done + undone),
        failedPercent: 0,
      }
  }
}

/** Meetings of all that were checked: those whose events were found again, and those that were not. */
export function meetingsOf(steps: readonly Step[]): { readonly found: number; readonly missing: number } {
  const sum = (name: "found" | "missing") => steps.reduce((total, { meetings }) => total + (meetings?.[name] ?? 0), 0)
  return { found: sum("found"), missing: sum("missing") }
}

const pagesMost = 200

/** All steps, or all of one state, whatever the service's page; at most 200 pages. */
export async function readAllSteps(read: (after: string | null) => Promise<StepsView>): Promise<readonly Step[]> {
  const steps: Step[] = []
  let after: string | null = null
  for (let page = 0; page < pagesMost; page++) {
    const found: StepsView = await read(after)
    steps.push(...found.steps)
    after = found.after
    if (after === null) break
  }
  return steps
}
