/** A page of a long list, as a service answers it that goes on from a key rather than from a number. */
export type RowsPage<Row> = {
  readonly rows: readonly Row[]
  /** What to ask for the next page with; null on the last. */
  readonly next: string | null
  /** How many there are in all, where the service says so. */
  readonly total?: number | null
}

/** What is asked for: all that a service has from `from` (exclusive) on, in the order of its keys. */
export type Question<Row> = {
  readonly read: (after: string | null) => Promise<RowsPage<Row>>
  /** Null: from the beginning. */
  readonly from?: string | null
}

export type RowsState<Row> = {
  readonly rows: readonly Row[]
  /** True when nothing follows the last row. */
  readonly isDone: boolean
  readonly isReading: boolean
  /** The rows shown answer an older question; the answer to the new one is on its way. */
  readonly isStale: boolean
  /** False until anything was read. */
  readonly isRead: boolean
  /** What went wrong at the last reading; null where nothing did. Nothing is read on until `retry`. */
  readonly error: unknown
  readonly total: number | null
  /** Grows with each question that was answered: the reader begins at the top again. */
  readonly turn: number
}

/** The rows of a long list, read page by page as they come into sight. One request is on its way at a time. */
export interface PageLoader<Row> {
  readonly state: RowsState<Row>
  /** Calls back after each change of the state; answers what ends that. */
  subscribe(callback: () => void): () => void
  /** Asks anew. What is shown stays until the first page of the answer is there; older answers are let go. */
  ask(question: Question<Row>): void
  /** Reads on until there are so many rows, or no more. */
  need(count: number): void
  /** Reads what was wanted so far again, and puts it in the place of what is shown in one step. */
  refresh(): void
  /** Goes on where an error stopped it. */
  retry(): void
}

type Reading<Row> = { readonly rows: readonly Row[]; readonly next: string | null; readonly isDone: boolean }

const nothing = { rows: [], isDone: false, isReading: false, isStale: false, isRead: false, error: null, total: null }

/**
 * A loader that knows a row by its id. Rows may come, go and change their key between two pages: whoever is there all
 * the time is shown exactly once, and who is met a second time is shown where they are now.
 */
export function createPageLoader<Row>(idOf: (row: Row) => string): PageLoader<Row> {
  const callbacks = new Set<() => void>()
  let state: RowsState<Row> = { ...nothing, turn: 0 }
  let question: Question<Row> | null = null
  let next: string | null = null
  let wanted = 1
  // Counts readings that replace what is shown; an answer that belongs to an older one is let go.
  let generation = 0
  let repeat: () => void = () => {}

  const set = (changes: Partial<RowsState<Row>>) => {
    state = { ...state, ...changes }
    for (const callback of callbacks) callback()
  }

  /** Reads pages from `begun` on; `show` is handed each state of the rows and says whether that is enough. */
  const readOn = async (begun: Reading<Row>, show: (reading: Reading<Row>, page: RowsPage<Row>) => boolean) => {
    const asked = question
    if (asked === null) return
    const own = generation
    set({ isReading: true, error: null })
    try {
      for (let reading = begun, isEnough = false; !isEnough; ) {
        const page = await asked.read(reading.next)
        if (own !== generation) return
        reading = joined(reading, page, idOf)
        isEnough = show(reading, page) || reading.isDone
      }
      set({ isReading: false })
    } catch (error) {
      if (own === generation) set({ isReading: false, error })
    }
  }

  const goOn = () => {
    if (state.isReading || state.isDone || state.isStale || state.error !== null || state.rows.length >= wanted) return
    repeat = goOn
    void readOn({ rows: state.rows, next, isDone: false }, (reading, page) => {
      next = reading.next
      set({ rows: reading.rows, isDone: reading.isDone, total: page.total ?? state.total })
      return reading.rows.length >= wanted
    })
  }

  /** Reads from the beginning behind what is shown, and changes places with it once there is enough. */
  const replace = async (enough: number, turn: number) => {
    generation++
    repeat = () => void replace(enough, turn)
    let total: number | null = null
    await readOn({ rows: [], next: question?.from ?? null, isDone: false }, (reading, page) => {
      total = page.total ?? total
      const isEnough = reading.isDone || reading.rows.length >= enough
      next = isEnough ? reading.next : next
      const { rows, isDone } = reading
      if (isEnough) set({ rows, isDone, total, turn, isRead: true, isStale: false })
      return isEnough
    })
    goOn()
  }

  return {
    get state() {
      return state
    },
    subscribe(callback) {
      callbacks.add(callback)
      return () => void callbacks.delete(callback)
    },
    ask(wantedNow) {
      question = wantedNow
      wanted = 1
      set({ isStale: true })
      void replace(1, state.turn + 1)
    },
    need(count) {
      wanted = Math.max(wanted, count)
      goOn()
    },
    refresh: () => void replace(state.isStale ? 1 : Math.min(wanted, state.rows.length), state.turn),
    retry() {
      set({ error: null })
      repeat()
    },
  }
}

/** What was read with what comes after it. */
function joined<Row>(before: Reading<Row>, page: RowsPage<Row>, idOf: (row: Row) => string): Reading<Row> {
  if (page.next !== null && page.next === before.next)
    throw new Error("the list does not go on: the next page is this one")
  const met = new Set(page.rows.map(idOf))
  const known = before.rows.filter((row) => !met.has(idOf(row)))
  return { rows: [...known, ...page.rows], next: page.next, isDone: page.next === null }
}
