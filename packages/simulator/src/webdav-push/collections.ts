/** One calendar object; removed ones stay, so that a sync can tell of them. */
export type CalendarObject = {
  readonly href: string
  readonly data: string
  readonly etag: string
  readonly sequence: number
  readonly isRemoved: boolean
}

export type SyncAnswer = {
  readonly objects: readonly CalendarObject[]
  readonly token: string
  /** True when there is more than one page holds. */
  readonly isCutShort: boolean
}

const tokenStart = "http://dav.example/ns/sync/"

/** A calendar collection that keeps what it is given (RFC 4791) and tells what changed since a token (RFC 6578). */
export class Collection {
  readonly path: string
  /** Which resource a push is about; the same whatever address it is reached at. */
  readonly topic: string
  readonly #objects = new Map<string, CalendarObject>()
  #sequence = 0
  #epoch = 1

  constructor(path: string, topic: string) {
    this.path = path
    this.topic = topic
  }

  get token(): string {
    return this.#tokenAt(this.#sequence)
  }

  find(href: string): CalendarObject | null {
    const object = this.#objects.get(href)
    return object === undefined || object.isRemoved ? null : object
  }

  all(): readonly CalendarObject[] {
    return [...this.#objects.values()].filter(({ isRemoved }) => !isRemoved)
  }

  put(href: string, data: string): CalendarObject {
    const sequence = ++this.#sequence
    const object = { href, data, etag: `"${sequence}"`, sequence, isRemoved: false }
    this.#objects.set(href, object)
    return object
  }

  /** False when there is none. */
  remove(href: string): boolean {
    const object = this.find(href)
    if (object === null) return false
    this.#objects.set(href, { ...object, sequence: ++this.#sequence, isRemoved: true })
    return true
  }

  /** What changed since a token, oldest first; null for a token that is not known. An empty one begins. */
  since(token: string, pageSize: number): SyncAnswer | null {
    const from = token === "" ? 0 : this.#sequenceOf(token)
    if (from === null) return null
    const changed = [...this.#objects.values()]
      .filter(({ sequence, isRemoved }) => sequence > from && !(isRemoved && token === ""))
      .sort((one, other) => one.sequence - other.sequence)
    const objects = changed.slice(0, pageSize)
    const isCutShort = changed.length > pageSize
    return { objects, isCutShort, token: isCutShort ? this.#tokenAt(objects.at(-1)?.sequence ?? from) : this.token }
  }

  /** Every token given so far is forgotten. */
  forgetTokens(): void {
    this.#epoch++
  }

  #tokenAt(sequence: number): string {
    return `${tokenStart}${this.#epoch}-${sequence}`
  }

  #sequenceOf(token: string): number | null {
    const start = `${tokenStart}${this.#epoch}-`
    const sequence = Number(token.slice(start.length))
    return token.startsWith(start) && sequence <= this.#sequence ? sequence : null
  }
}
