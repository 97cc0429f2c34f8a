import { Button, Group, Skeleton } from "@mantine/core"
import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from "@tanstack/react-virtual"
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react"
import { listKey } from "./list-keys.ts"
import { createPageLoader, type PageLoader, type Question, type RowsState } from "./page-loader.ts"
import { ProblemAlert } from "./sign-in-form.tsx"
import classes from "./virtual-list.module.css"

export type Column<Row> = {
  readonly key: string
  readonly title: string
  /** How wide beside the others, as a track of a CSS grid; an equal share where left out. */
  readonly width?: string
  readonly cell: (row: Row) => ReactNode
  /** On a phone, where each row is a card: "title" heads it, "named" has its title before it, others stand alone. */
  readonly onCard?: "title" | "named"
}

export type VirtualListProps<Row> = {
  /** What the list is, for screen readers. */
  readonly label: string
  readonly loader: PageLoader<Row>
  readonly idOf: (row: Row) => string
  readonly columns: readonly Column<Row>[]
  /** Shown in the place of the list when there is nobody and nothing in it. */
  readonly empty: ReactNode
  readonly words: { readonly loading: string; readonly retry: string }
  readonly explain: (error: unknown) => string
  /** What Enter does with the row that the keyboard is on. */
  readonly open?: (row: Row) => void
  /** Whether a row is selected, and what Space does. */
  readonly selection?: { readonly isSelected: (row: Row) => boolean; readonly toggle: (row: Row) => void }
  /** A letter or digit was typed on the list. */
  readonly jump?: (letter: string) => void
}

/** A loader for what a page shows: it asks anew when `key` becomes another. */
export function usePages<Row>(idOf: (row: Row) => string, question: Question<Row>, key: string): PageLoader<Row> {
  // biome-ignore lint/correctness/useExhaustiveDependencies: one loader for as long as the page is open.
  const loader = useMemo(() => createPageLoader(idOf), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again where the key says that others are wanted.
  useEffect(() => loader.ask(question), [loader, key])
  return loader
}

/** Rows in the page beyond those in sight, above and below. */
const overscan = 8
/** A page is asked for when the reader is so near to the end of what is there. */
const aheadOf = 40
/** Rows shown as on their way. */
const placeholdersMost = 12
const tallRow = 84
const flatRow = 53

/**
 * A table of any length of which only the rows in sight are in the page; on a phone each row is a card. Screen readers
 * are told how many rows there are and which one each is. The keyboard goes by rows: arrows, page, home and end.
 */
export function VirtualList<Row>(props: VirtualListProps<Row>) {
  const { loader, label, empty, words, explain, columns } = props
  const state = useSyncExternalStore(loader.subscribe, () => loader.state)
  const scroller = useRef<HTMLDivElement>(null)
  const trouble = <ListTrouble {...{ state, loader, words, explain }} />
  const isEmpty = state.isRead && state.rows.length === 0 && state.isDone
  if (state.error !== null && state.rows.length === 0) return trouble
  if (isEmpty) return <div aria-busy={state.isStale}>{empty}</div>
  return (
    <div className={classes.frame}>
      <div className={classes.scroller} ref={scroller}>
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that the keyboard goes through is a grid.
          role="grid"
          className={classes.table}
          aria-label={label}
          aria-busy={state.isReading}
          aria-rowcount={state.isDone ? state.rows.length + 1 : state.total === null ? -1 : state.total + 1}
          aria-colcount={columns.length}
          style={tracksOf(columns)}
        >
          <Head columns={columns} />
          <Rows key={state.turn} list={props} state={state} scroller={scroller} />
        </table>
      </div>
      <div className="visually-hidden" role="status">
        {state.isReading ? words.loading : ""}
      </div>
      {trouble}
    </div>
  )
}

/** The widths of all columns, as the style sheet takes them. */
function tracksOf<Row>(columns: readonly Column<Row>[]): CSSProperties {
  return Object.fromEntries([["--tracks", columns.map(({ width }) => width ?? "minmax(0, 1fr)").join(" ")]])
}

type TroubleProps<Row> = Pick<VirtualListProps<Row>, "loader" | "words" | "explain"> & {
  readonly state: RowsState<Row>
}

function ListTrouble<Row>({ state, loader, words, explain }: TroubleProps<Row>) {
  if (state.error === null) return null
  return (
    <div className={classes.trouble}>
      <ProblemAlert problem={explain(state.error)} />
      <Group>
        <Button variant="default" onClick={() => loader.retry()}>
          {words.retry}
        </Button>
      </Group>
    </div>
  )
}

function Head<Row>({ columns }: { readonly columns: readonly Column<Row>[] }) {
  return (
    <thead className={classes.head}>
      <tr aria-rowindex={1} className={classes.headRow}>
        {columns.map(({ key, title }) => (
          <th key={key} scope="col" className={classes.cell}>
            {title}
          </th>
        ))}
      </tr>
    </thead>
  )
}

type RowsProps<Row> = {
  readonly list: VirtualListProps<Row>
  readonly state: RowsState<Row>
  readonly scroller: RefObject<HTMLDivElement | null>
}

function placeholdersOf<Row>({ isDone, error, rows, total }: RowsState<Row>): number {
  if (isDone || error !== null) return 0
  return total === null ? placeholdersMost : Math.min(placeholdersMost, Math.max(1, total - rows.length))
}

/** The rows in sight. Another question makes them anew, from the top. */
function Rows<Row>({ list, state, scroller }: RowsProps<Row>) {
  const { loader, idOf, columns } = list
  const { rows } = state
  const [active, setActive] = useState(0)
  const current = Math.min(active, Math.max(0, rows.length - 1))
  const isNarrow = scroller.current !== null && scroller.current.clientWidth < 640
  const virtualizer = useVirtualizer({
    count: rows.length + placeholdersOf(state),
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? tallRow : flatRow),
    overscan,
    getItemKey: (index) => keyOf(rows[index], index, idOf),
    // The row that the keyboard is on stays in the page, so that the way back to it is not lost.
    rangeExtractor: (range: Range) => withIndex(defaultRangeExtractor(range), current, range.count),
  })
  const items = virtualizer.getVirtualItems()
  const lastInSight = items.at(-1)?.index ?? 0
  useEffect(() => loader.need(lastInSight + aheadOf), [loader, lastInSight])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another answer begins at the top.
  useEffect(() => {
    // Scrolling answers with a promise in some browsers, which is no clean-up.
    void scroller.current?.scrollTo(0, 0)
  }, [])
  const keys = useRowKeys({ list, rows, current, setActive, virtualizer })
  return (
    <tbody
      className={classes.body}
      style={{ height: virtualizer.getTotalSize() }}
      ref={keys.group}
      onKeyDown={keys.onKeyDown}
    >
      {items.map(({ index, key, start }) => (
        <tr
          key={key}
          aria-rowindex={index + 2}
          data-index={index}
          ref={virtualizer.measureElement}
          className={classes.row}
          style={{ transform: `translateY(${start}px)` }}
          {...rowProps(rows[index], index === current, list.selection)}
          onFocus={() => setActive(index)}
        >
          {columns.map((column) => (
            <Cell key={column.key} column={column} row={rows[index]} />
          ))}
        </tr>
      ))}
    </tbody>
  )
}

function keyOf<Row>(row: Row | undefined, index: number, idOf: (row: Row) => string): string {
  return row === undefined ? `coming ${index}` : idOf(row)
}

/** What makes a row one that the keyboard reaches; a row that is on its way is not. */
function rowProps<Row>(row: Row | undefined, isCurrent: boolean, selection: VirtualListProps<Row>["selection"]) {
  if (row === undefined) return { "data-coming": true }
  const isSelected = selection?.isSelected(row)
  return { tabIndex: isCurrent ? 0 : -1, ...(isSelected === undefined ? {} : { "aria-selected": isSelected }) }
}

function Cell<Row>({ column, row }: { readonly column: Column<Row>; readonly row: Row | undefined }) {
  const { title, cell, onCard } = column
  return (
    <td className={classes.cell} data-card={onCard}>
      {row === undefined ? (
        <Skeleton height={12} width="60%" my={6} animate={false} />
      ) : (
        <>
          {onCard === "named" ? (
            <span className={classes.cardName} aria-hidden>
              {title}
            </span>
          ) : null}
          {cell(row)}
        </>
      )}
    </td>
  )
}

function withIndex(indexes: number[], index: number, count: number): number[] {
  if (index >= count || indexes.includes(index)) return indexes
  return [...indexes, index].sort((a, b) => a - b)
}

type KeysProps<Row> = {
  readonly list: VirtualListProps<Row>
  readonly rows: readonly Row[]
  readonly current: number
  readonly setActive: (index: number) => void
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>
}

/** The keys that go from row to row; what stands within a row keeps its own. */
function useRowKeys<Row>({ list, rows, current, setActive, virtualizer }: KeysProps<Row>) {
  const group = useRef<HTMLTableSectionElement>(null)
  // Where a key led to and the focus is not yet. Its row may come with a later drawing than the next.
  const movedTo = useRef<number | null>(null)
  useEffect(() => {
    if (movedTo.current !== current) return
    const row = group.current?.querySelector<HTMLElement>(`[data-index="${current}"]`)
    if (row === null || row === undefined) return
    movedTo.current = null
    row.focus({ preventScroll: true })
  })
  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const isOnRow = event.target instanceof HTMLElement && event.target.tagName === "TR"
    const row = rows[current]
    if (!isOnRow || row === undefined || event.altKey || event.metaKey) return
    const range = virtualizer.range
    const perPage = range === null ? 1 : Math.max(1, range.endIndex - range.startIndex - 1)
    const act = listKey(event.key, { current, count: rows.length, perPage })
    if (act === null) return
    if (act.kind === "jump" && (list.jump === undefined || event.ctrlKey)) return
    event.preventDefault()
    if (act.kind === "open") list.open?.(row)
    if (act.kind === "toggle") list.selection?.toggle(row)
    if (act.kind === "jump") list.jump?.(act.letter)
    if (act.kind !== "go") return
    movedTo.current = act.index
    setActive(act.index)
    virtualizer.scrollToIndex(act.index)
    if (act.index === current) event.currentTarget.querySelector<HTMLElement>(`[data-index="${current}"]`)?.focus()
  }
  return { group, onKeyDown }
}
