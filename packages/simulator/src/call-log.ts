import type { SimulatorPlatform } from "./platform.ts"

/** Every call that was made, so that a test can say "and asked the provider exactly twice". Kept in memory, bounded. */
export type Call = {
  readonly service: string
  readonly operation: string
  readonly person: string | null
  readonly status: number
  readonly atMs: number
}

const callsMost = 5_000

export function createCallLog(platform: Pick<SimulatorPlatform, "now">) {
  const calls: Call[] = []
  return {
    add(call: Omit<Call, "atMs">): void {
      calls.push({ ...call, atMs: platform.now().epochMilliseconds })
      if (calls.length > callsMost) calls.shift()
    },
    count: (operation: string, person?: string): number =>
      calls.filter((call) => call.operation === operation && (person === undefined || call.person === person)).length,
    recent: (most: number): readonly Call[] => calls.slice(-most).reverse(),
    clear: () => void calls.splice(0),
  }
}

export type CallLog = ReturnType<typeof createCallLog>
