import { answerOf, type Route, type SimRequest, type SimResponse } from "../server.ts"

const requestsMost = 20

/** JSON batching (MSG json-batching.md): up to 20 requests, each answered and counted for itself. */
export async function batchAnswer(routes: readonly Route[], request: SimRequest): Promise<SimResponse> {
  const { requests } = request.json
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > requestsMost)
    return { status: 400, body: { error: { code: "BadRequest", message: "simulated" } } }
  const responses: object[] = []
  for (const one of requests) responses.push(await single(routes, request, one))
  return { status: 200, body: { responses } }
}

async function single(routes: readonly Route[], outer: SimRequest, one: unknown): Promise<object> {
  const { id, method, url, body, headers } = parsed(one)
  const inner = {
    ...outer,
    method,
    url: new URL(`/v1.0/${url.replace(/^\//, "")}`, outer.url),
    headers: { ...outer.headers, ...headers },
    json: body,
    body: JSON.stringify(body),
  }
  const answer = await answerOf(routes, inner, () => ({
    status: 404,
    body: { error: { code: "BadRequest", message: "simulated" } },
  }))
  return {
    id,
    status: answer.status,
    headers: answer.headers ?? {},
    ...(answer.body === undefined ? {} : { body: answer.body }),
  }
}

function parsed(one: unknown) {
  const part = (value: unknown): Readonly<Record<string, unknown>> =>
    typeof value === "object" && value !== null ? { ...value } : {}
  const { id, method, url, body, headers } = part(one)
  const named = Object.fromEntries(
    Object.entries(part(headers)).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
  return {
    id: String(id ?? ""),
    method: String(method ?? "GET"),
    url: String(url ?? ""),
    body: part(body),
    headers: named,
  }
}
