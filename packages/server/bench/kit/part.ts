import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { stopChild } from "../../../../tools/platform.ts"

/** A part of a bench in a process of its own, so that what is measured does not share a core's time with the measuring. */
export type Part = {
  readonly pid: number
  ask<Answer>(name: string, input?: unknown): Promise<Answer>
  stop(): Promise<void>
}

type Question = { readonly id: number; readonly name: string; readonly input: unknown }
type Reply = { readonly id: number; readonly answer?: unknown; readonly error?: string }

/** Starts the module; it must call `answer`. */
export function startPart(module: URL): Part {
  const child: ChildProcess = fork(fileURLToPath(module), {
    execArgv: ["--expose-gc"],
    serialization: "advanced",
  })
  const waiting = new Map<
    number,
    { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void }
  >()
  let count = 0
  child.on("message", (reply: Reply) => {
    const asker = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.error === undefined) asker?.resolve(reply.answer)
    else asker?.reject(new Error(reply.error))
  })
  child.on("exit", (code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`the part ${module.pathname.split("/").at(-1)} ended with ${code}`))
  })
  return {
    pid: child.pid ?? 0,
    ask<Answer>(name: string, input?: unknown) {
      const id = ++count
      return new Promise<Answer>((resolve, reject) => {
        waiting.set(id, { resolve: (answer) => resolve(answer as Answer), reject })
        child.send({ id, name, input } satisfies Question)
      })
    },
    stop: () => stopChild(child),
  }
}

/** Within a part: answers what the bench asks. */
export function answer(acts: Readonly<Record<string, (input: never) => unknown>>): void {
  process.on("message", async ({ id, name, input }: Question) => {
    try {
      process.send?.({ id, answer: await acts[name]?.(input as never) } satisfies Reply)
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Reply)
    }
  })
  process.on("disconnect", () => process.exit(0))
  process.on("SIGTERM", () => process.exit(0))
}
