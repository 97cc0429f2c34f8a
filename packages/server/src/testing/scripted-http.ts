import type { HttpClient, IncomingResponse, OutgoingRequest } from "../ports/http-client.ts"

type Answer = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: string
}

/** An HTTP client that gives these answers in turn and keeps what it was asked; more questions than answers fail. */
export function scriptedHttp(answers: readonly Answer[]): HttpClient & { readonly asked: readonly OutgoingRequest[] } {
  const asked: OutgoingRequest[] = []
  return {
    asked,
    async send(request): Promise<IncomingResponse> {
      const answer = answers[asked.length]
      asked.push(request)
      if (answer === undefined) throw new Error(`unexpected ${request.method} ${request.url}`)
      return {
        status: answer.status ?? 200,
        headers: answer.headers ?? {},
        body: answer.body ?? JSON.stringify(answer.json ?? {}),
      }
    },
    stream: () => Promise.reject(new Error("nothing is streamed here")),
  }
}
