import { find, textAt } from "../exchange/xml.ts"
import type { SimulatorPlatform } from "../platform.ts"
import { createDeviceHttp, type DeviceLogin } from "./device-http.ts"
import { ewsUrlIn, itemsOf, meetingOf, readMessages, requests, type ShownMeeting, type Talked } from "./mailbox-talk.ts"

export type PolySettings = {
  readonly name: string
  /** "Microsoft Exchange Server Address" as it is typed: a host, or a whole address. */
  readonly server: string
  /** With "Auto Discover" the address of EWS is asked for by this e-mail address; null: the usual path is taken. */
  readonly email: string | null
  readonly login: DeviceLogin
  readonly pollSeconds: number
}

/** registered: it may ask, and was answered last time. failed: why not. */
export type PolyState = { readonly kind: "new" | "registered" } | { readonly kind: "failed"; readonly why: string }

/** How far ahead its screen looks. */
const hoursShown = 24
/** Looks again even where nothing was told, as DMA does (four minutes). */
const lookAgainSeconds = 240
const itemsMost = 20

/**
 * A room system of Poly as its calendar side is seen from the network: signs in (NTLM or Basic), finds the calendar,
 * subscribes, polls its subscription, and looks at the calendar when something is told. Its screen keeps what it had while
 * nothing answers, as real ones do.
 */
export class PolyDevice {
  readonly settings: PolySettings
  readonly #platform: SimulatorPlatform
  readonly #http: ReturnType<typeof createDeviceHttp>
  #state: PolyState = { kind: "new" }
  #meetings: readonly ShownMeeting[] = []
  #lookedAt: Temporal.Instant | null = null
  #url: string | null = null
  #subscription: { readonly id: string; readonly watermark: string } | null = null
  #cancel: () => void = () => {}
  #lookCount = 0

  constructor(settings: PolySettings, platform: SimulatorPlatform) {
    this.settings = settings
    this.#platform = platform
    this.#http = createDeviceHttp(settings.login, platform)
  }

  get state(): PolyState {
    return this.#state
  }

  /** The meetings on its screen that are not over. */
  get meetings(): readonly ShownMeeting[] {
    const now = this.#platform.now()
    return this.#meetings.filter(({ endsAt }) => Temporal.Instant.compare(endsAt, now) > 0)
  }

  get lookedAt(): Temporal.Instant | null {
    return this.#lookedAt
  }

  /** How often it looked at the whole calendar. */
  get lookCount(): number {
    return this.#lookCount
  }

  /** Polls by itself from now on. */
  start(): void {
    const next = (): void => {
      this.#cancel = this.#platform.after(this.settings.pollSeconds * 1_000, () => void this.poll().finally(next))
    }
    void this.poll().finally(next)
  }

  stop(): void {
    this.#cancel()
    this.#http.close()
  }

  /** One round: registers where it has to, asks whether something changed, and looks if so. Never rejects. */
  async poll(): Promise<void> {
    try {
      this.#url ??= await this.#discover()
      const hasNews = this.#subscription === null ? await this.#register() : await this.#hasNews()
      if (hasNews || this.#isOld()) await this.#look()
      this.#state = { kind: "registered" }
    } catch (error) {
      this.#subscription = null
      this.#state = { kind: "failed", why: error instanceof Error ? error.message : "unknown" }
    }
  }

  async #discover(): Promise<string> {
    const { server, email } = this.settings
    const base = /^https?:\/\//.test(server) ? new URL(server) : new URL(`https://${server}`)
    if (email === null) return base.pathname === "/" ? new URL("/EWS/Exchange.asmx", base).href : base.href
    const text = await this.#post(new URL("/autodiscover/autodiscover.xml", base).href, requests.autodiscover(email))
    const found = ewsUrlIn(text)
    if (found === null) throw new Error("Auto Discover found nothing")
    return found
  }

  async #register(): Promise<boolean> {
    await this.#ask(requests.folder())
    const [message] = (await this.#ask(requests.subscribe())).messages
    const [id, watermark] = [textAt(message ?? null, "SubscriptionId"), textAt(message ?? null, "Watermark")]
    if (id === null || watermark === null) throw new Error("no subscription")
    this.#subscription = { id, watermark }
    return true
  }

  async #hasNews(): Promise<boolean> {
    const { id, watermark } = this.#subscription ?? { id: "", watermark: "" }
    const { messages, error } = readMessages(await this.#post(this.#url ?? "", requests.events(id, watermark)))
    if (error === "ErrorSubscriptionNotFound" || error === "ErrorInvalidWatermark") return this.#register()
    if (error !== null) throw new Error(error)
    const told = (find(messages[0] ?? null, "Notification")?.children ?? []).filter(({ name }) => /Event$/.test(name))
    const last = textAt(told.at(-1) ?? null, "Watermark")
    if (last !== null) this.#subscription = { id, watermark: last }
    return told.some(({ name }) => name !== "StatusEvent")
  }

  #isOld(): boolean {
    return this.#lookedAt === null || this.#lookedAt.until(this.#platform.now()).total("seconds") >= lookAgainSeconds
  }

  async #look(): Promise<void> {
    const now = this.#platform.now()
    const view = await this.#ask(requests.view(now, now.add({ hours: hoursShown })))
    const ids = itemsOf(view.messages[0])
      .flatMap((item) => find(item, "ItemId")?.attributes.Id ?? [])
      .slice(0, itemsMost)
    const items = ids.length === 0 ? [] : (await this.#ask(requests.items(ids))).messages
    const shown = items.flatMap((message) => itemsOf(message)).flatMap((item) => meetingOf(item) ?? [])
    this.#meetings = shown.toSorted((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt))
    this.#lookedAt = now
    this.#lookCount++
  }

  async #ask(body: string): Promise<Talked> {
    const talked = readMessages(await this.#post(this.#url ?? "", body))
    if (talked.error !== null) throw new Error(talked.error)
    return talked
  }

  async #post(url: string, body: string): Promise<string> {
    const answer = await this.#http.post(url, body)
    if (answer === null || answer.status === 401) throw new Error("not signed in")
    if (answer.status !== 200 && answer.status !== 500) throw new Error(`status ${answer.status}`)
    return answer.text
  }
}
