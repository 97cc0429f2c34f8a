import { problemSchema } from "@kalends/protocol/problem"
import type { z } from "zod"
import { ApiProblem } from "./api-problem.ts"
import { freshStep } from "./fresh-step.ts"
import { platform } from "./platform.ts"

/**
 * One request to the service. What wants a fresh second step is asked for again once the person has shown it. Throws
 * ApiProblem for a refusal, and where it is not reached.
 */
export async function send(method: string, path: string, body?: unknown): Promise<Response> {
  try {
    return await sendOnce(method, path, body)
  } catch (error) {
    const isStale = error instanceof ApiProblem && error.code === "fresh-factor-needed"
    if (!isStale || !(await freshStep.ask())) throw error
    return sendOnce(method, path, body)
  }
}

async function sendOnce(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { "x-kalends-request": "1" }
  if (body !== undefined) headers["content-type"] = "application/json"
  const response = await platform
    .fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    .catch(() => {
      throw new ApiProblem({
        title: "The service cannot be reached.",
        kind: "unavailable",
        code: "service-unreachable",
      })
    })
  if (response.ok) return response
  const problem = problemSchema.safeParse(await response.json().catch(() => null))
  throw new ApiProblem(
    problem.success ? problem.data : { title: "The service does not answer as it should.", kind: "unavailable" },
  )
}

/** One request whose answer is of that shape. */
export async function call<Schema extends z.ZodType>(
  schema: Schema,
  method: string,
  path: string,
  body?: unknown,
): Promise<z.infer<Schema>> {
  return schema.parse(await (await send(method, path, body)).json())
}

export function queryOf(values: Readonly<Record<string, string | undefined>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
