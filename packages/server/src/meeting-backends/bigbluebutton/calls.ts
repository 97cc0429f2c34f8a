import { createHash } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import { retryAt } from "@kalends/readers/parse"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient } from "../../ports/http-client.ts"

export type BigBlueButtonSettings = {
  /** What `bbb-conf --secret` shows as URL ("https://bbb.example.org/bigbluebutton/"), or the address of a balancer's API. */
  readonly url: string
  /** What it shows as Secret. */
  readonly secret: string
}

export type BigBlueButtonCallsDeps = { readonly http: HttpClient; readonly clock: Clock }

type Params = Readonly<Record<string, string>>

export type CreatedMeeting = {
  /** Which sitting it is: milliseconds, as text. A join link that names it is of no use for the next one. */
  readonly createTime: string
  readonly isFirst: boolean
}

const timeoutMs = 10_000
const answerBytesMost = 64 * 1024

/**
 * A query with its checksum: SHA-256 over the call's name, the query as it is sent and the shared secret
 * (docs.bigbluebutton.org/development/api, "API Security Model", seen 2026-11-23). `algorithm`: their example is in SHA-1.
 */
export function signedQuery(call: string, params: Params, secret: string, algorithm: "sha1" | "sha256" = "sha256") {
  const query = new URLSearchParams(params).toString()
  const checksum = createHash(algorithm).update(`${call}${query}${secret}`).digest("hex")
  return `${query}&checksum=${checksum}`
}

/** One function for each call, no decisions. The addresses are secrets: whoever has one can use it. */
export function createBigBlueButtonCalls({ http, clock }: BigBlueButtonCallsDeps, settings: BigBlueButtonSettings) {
  const base = `${settings.url.replace(/\/+$/, "").replace(/\/api$/, "")}/api`
  const addressOf = (call: string, params: Params) => `${base}/${call}?${signedQuery(call, params, settings.secret)}`

  async function ask(call: string, params: Params): Promise<string> {
    const request = { method: "GET", url: addressOf(call, params), headers: {}, timeoutMs } as const
    const answer = await http.send({ ...request, responseLimitBytes: answerBytesMost })
    const problem = classifyBigBlueButton(answer, clock.now())
    if (problem !== null) throw problem
    return answer.body
  }

  return {
    origin: new URL(base).origin,
    /** Asked again with the same name and passwords, it changes nothing and answers as before. */
    async create(params: Params): Promise<CreatedMeeting> {
      const answer = await ask("create", params)
      const createTime = elementOf(answer, "createTime")
      if (createTime === null || !/^\d{1,16}$/.test(createTime))
        throw new Problem("malformed", "The meeting server did not say which meeting it opened.")
      return { createTime, isFirst: elementOf(answer, "messageKey") !== "duplicateWarning" }
    },
    end: async (params: Params): Promise<void> => void (await ask("end", params)),
    /** Where a browser joins: nothing is asked of the server here. */
    joinAddress: (params: Params): string => addressOf("join", params),
  }
}

type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }

/**
 * What an answer means; null for success. Refusals come with 200, `FAILED` and a key that stays the same; other codes are
 * those of what stands before BigBlueButton (the same page, "Error handling").
 */
export function classifyBigBlueButton({ status, headers, body }: Answer, now: Temporal.Instant): Problem | null {
  const at = () => retryAt(headers["retry-after"], now, 30)
  if (status === 429)
    return new Problem("rate-limited", "The meeting server asks to wait.", { retryAt: at(), code: "bbb-busy" })
  if (status >= 500)
    return new Problem("unavailable", "The meeting server has a problem of its own.", { retryAt: at() })
  const outcome = status === 200 ? elementOf(body, "returncode") : null
  if (outcome === "SUCCESS") return null
  const key = elementOf(body, "messageKey")
  if (outcome === null)
    return new Problem("misconfigured", "The address given is not that of a BigBlueButton API.", {
      code: "bbb-address",
      context: { status },
    })
  if (key === "checksumError")
    return new Problem("misconfigured", "The meeting server does not accept the shared secret, or no SHA-256.", {
      code: "bbb-secret",
    })
  if (key === "notFound") return new Problem("not-found", "The meeting server has no such meeting.")
  return new Problem("unsupported", "The meeting server refused the request.", {
    code: "bbb-refused",
    context: { key: key ?? "none" },
  })
}

/** Text of the first element of that name; answers to `create` and `end` are one level deep and hold nobody's texts. */
function elementOf(xml: string, name: string): string | null {
  const found = new RegExp(`<${name}>(?:\\s*<!\\[CDATA\\[)?([^<\\]]{1,200})(?:\\]\\]>\\s*)?</${name}>`).exec(xml)
  return found?.[1]?.trim() ?? null
}
