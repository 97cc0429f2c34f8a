import { createCallLog } from "../call-log.ts"
import { freshKnobs, isNextCut, nextFailure } from "../knobs.ts"
import { type SimulatorPlatform, systemPlatform } from "../platform.ts"
import { type Route, route, type SimRequest, type SimResponse, serve } from "../server.ts"
import { create, end, findMeeting, join, type Reach } from "./administration.ts"
import { failure, isRunning, meetingXml, refusals, success } from "./answers.ts"
import { type Algorithm, algorithms, isRight, sortedQuery, withoutChecksum } from "./checksum.ts"
import { BbbMeetings, type Idle } from "./meetings.ts"

export type BigBlueButtonOptions = {
  /** Shared with the applications that call. */
  readonly secret?: string
  /** `supportedChecksumAlgorithms`. */
  readonly checksums?: readonly Algorithm[]
  /** When an empty meeting is forgotten; BigBlueButton's own settings are 5 and 1. */
  readonly idleMinutes?: Idle
}

export const bigBlueButtonSecret = "simulated-bigbluebutton-secret"

type Call = (params: URLSearchParams, request: SimRequest) => SimResponse

/** A BigBlueButton server without a port: `routes` to serve, and all that tests do to it. Paths begin with `base`. */
export function createBigBlueButton(platform: SimulatorPlatform, options: BigBlueButtonOptions = {}, base = "") {
  const { secret = bigBlueButtonSecret, checksums = algorithms } = options
  const knobs = freshKnobs()
  const calls = createCallLog(platform)
  const meetings = new BbbMeetings(platform)
  const idleMinutes = options.idleMinutes ?? { ifNobodyJoined: 5, whenAllLeft: 1 }
  const reach: Reach = { platform, meetings, idleMinutes }

  function checked(name: string, call: Call, request: SimRequest): SimResponse {
    const params = new URLSearchParams([
      ...request.url.searchParams,
      ...(request.method === "POST" ? request.form : []),
    ])
    const query = withoutChecksum(request.url.search)
    const queries = request.method === "POST" && query === "" ? ["", sortedQuery(request.form)] : [query]
    const given = params.get("checksum") ?? ""
    if (!isRight(name, { given, queries }, { secret, supported: checksums })) return failure(refusals.checksum)
    return call(params, request)
  }

  const counted =
    (name: string, call: Call) =>
    async (request: SimRequest): Promise<SimResponse> => {
      if (knobs.latencyMs > 0) await new Promise<void>((resolve) => platform.after(knobs.latencyMs, resolve))
      const refused = refusalOf(nextFailure(knobs), knobs.throttleRetryAfterSeconds)
      const answer = refused ?? checked(name, call, request)
      const meeting = request.url.searchParams.get("meetingID") ?? request.form.get("meetingID")
      calls.add({ service: "bigbluebutton", operation: name, person: meeting, status: answer.status })
      return refused === null && isNextCut(knobs) ? { ...answer, cut: true } : answer
    }

  const both = (name: string, call: Call): readonly Route[] =>
    ["GET", "POST"].map((method) => route(method, `${base}/bigbluebutton/api/${name}`, counted(name, call)))
  const found = (params: URLSearchParams) => findMeeting(meetings, params)
  const routes: readonly Route[] = [
    ...["", "/"].map((end) =>
      route("GET", `${base}/bigbluebutton/api${end}`, () => success({ version: "2.0", apiVersion: "2.0" })),
    ),
    ...both("create", (params) => create(reach, params)),
    route(
      "GET",
      `${base}/bigbluebutton/api/join`,
      counted("join", (params, request) => join(reach, params, originOf(request))),
    ),
    ...both("end", (params) => end(reach, params)),
    ...both("isMeetingRunning", (params) => {
      const meeting = found(params)
      // Of a meeting that it does not know it says no, and not that it knows none.
      if ("key" in meeting) return meeting.key === "notFound" ? success({ running: false }) : failure(meeting)
      return success({ running: isRunning(meeting) })
    }),
    ...both("getMeetingInfo", (params) => {
      const meeting = found(params)
      return "key" in meeting ? failure(meeting) : success(meetingXml(meeting))
    }),
    ...both("getMeetings", () => {
      const all = meetings.all()
      const none = { messageKey: "noMeetings", message: "no meetings were found on this server" }
      return success({ meetings: { meeting: all.map(meetingXml) }, ...(all.length === 0 ? none : {}) })
    }),
  ]
  return { secret, routes, meetings, knobs, calls }
}

const originOf = ({ headers }: SimRequest): string => `http://${headers.host ?? ""}`

/** What stands before the API (a reverse proxy, a balancer) answers so: in HTTP's words, without XML. */
function refusalOf(kind: ReturnType<typeof nextFailure>, seconds: number | null): SimResponse | null {
  if (kind === null) return null
  const headers = { "content-type": "text/html" }
  if (kind === "down") return { status: 503, headers, body: "<h1>503 Service Unavailable</h1>" }
  if (kind === "failed") return { status: 500, headers, body: "<h1>500 Internal Server Error</h1>" }
  const again = seconds === null ? {} : { "retry-after": String(seconds) }
  return { status: 429, headers: { ...headers, ...again }, body: "<h1>429 Too Many Requests</h1>" }
}

export type StartBigBlueButtonOptions = BigBlueButtonOptions & {
  readonly port?: number
  readonly seed?: number
  readonly clock?: () => Temporal.Instant
  readonly platform?: SimulatorPlatform
}

/** Starts a BigBlueButton server on a loopback port, with no meetings. `url` is what `bbb-conf --secret` calls URL. */
export async function startBigBlueButton(options: StartBigBlueButtonOptions = {}) {
  const system = options.platform ?? systemPlatform(options.seed ?? 1)
  const platform = options.clock === undefined ? system : { ...system, now: options.clock }
  const bigbluebutton = createBigBlueButton(platform, options)
  const server = await serve(bigbluebutton.routes, options.port ?? 0, () => failure(refusals.unsupported))
  return { ...bigbluebutton, url: `${server.url}/bigbluebutton/`, close: () => server.close() }
}

export type BigBlueButton = Awaited<ReturnType<typeof startBigBlueButton>>
