import type { Client } from "@kalends/client/client"
import type { ClientState } from "@kalends/client/types"
import type { AgendaDay, AgendaEntry } from "@kalends/domain/agenda"
import { clockTime, dayName, type Language, relativeTime } from "@kalends/ui/words"
import { Alert, Anchor, Button, Group, Loader, Modal, Table, Text, Title } from "@mantine/core"
import { Fragment, useEffect, useMemo, useState } from "react"
import classes from "./agenda.module.css"
import { EntryRow, titleOf } from "./entry-row.tsx"
import { messages } from "./messages.ts"
import { platform } from "./platform.ts"
import { type AgendaView, agendaView, moved } from "./view-model.ts"

type ScreenProps = {
  readonly client: Client
  readonly state: ClientState
  readonly now: Temporal.Instant
  readonly zone: string
  readonly language: Language
}

/** Now and next on top, the days below; everything with the age of what is shown. */
export function AgendaScreen({ client, state, now, zone, language }: ScreenProps) {
  const words = messages[language]
  const view = useMemo(() => agendaView(state, now, zone), [state, now, zone])
  const [selected, select] = useState<string | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  const [isHelpShown, showHelp] = useState(false)
  useKeys(view, { selected, isPaused: isHelpShown, refresh: () => void client.refresh(), help: () => showHelp(true) })
  const rows = { selected, open, select, toggle: (key: string) => setOpen(open === key ? null : key) }
  const isShown = view.condition !== "not-connected" && state.readAt !== null
  return (
    <main className={classes.page}>
      <Head client={client} state={state} now={now} language={language} />
      <Condition view={view} state={state} now={now} language={language} />
      {view.top === null || !isShown ? null : (
        <Top view={view} entry={view.top} now={now} zone={zone} language={language} />
      )}
      {isShown && view.order.length === 0 ? <Text size="lg">{words.nothingAhead}</Text> : null}
      {isShown && view.order.length > 0
        ? view.agenda.days.map((day) => (
            <Day key={day.date.toString()} day={day} view={view} language={language} zone={zone}>
              <Entries day={day} view={view} now={now} zone={zone} language={language} {...rows} />
            </Day>
          ))
        : null}
      {state.malformedCount > 0 ? (
        <Text size="sm" c="dimmed" mt="lg">
          {words.malformed(state.malformedCount)}
        </Text>
      ) : null}
      <Button variant="subtle" size="compact-sm" mt="xl" visibleFrom="sm" onClick={() => showHelp(true)}>
        {words.help}
      </Button>
      <Announcer state={state} language={language} />
      <KeyHelp isShown={isHelpShown} close={() => showHelp(false)} language={language} />
    </main>
  )
}

function Head({ client, state, now, language }: Pick<ScreenProps, "client" | "state" | "now" | "language">) {
  const words = messages[language]
  return (
    <header className={classes.head}>
      <Title order={1} size="h2">
        {words.title}
      </Title>
      <Freshness state={state} now={now} language={language} />
      <Group gap="xs" className={classes.actions}>
        <Button variant="default" size="compact-md" loading={state.isRefreshing} onClick={() => void client.refresh()}>
          {words.refresh}
        </Button>
        <Button variant="subtle" size="compact-md" className="flush-end" onClick={() => void client.signOut()}>
          {words.signOut}
        </Button>
      </Group>
    </header>
  )
}

type RowsProps = Pick<ScreenProps, "now" | "zone" | "language"> & {
  readonly day: AgendaDay
  readonly view: AgendaView
  readonly selected: string | null
  readonly open: string | null
  readonly select: (key: string) => void
  readonly toggle: (key: string) => void
}

/** The entries of a day; today's with the line that says what time it is. */
function Entries({ day, view, now, zone, language, selected, open, select, toggle }: RowsProps) {
  const isToday = day.date.equals(view.today)
  const line = isToday ? view.nowLineAfter : null
  return (
    <>
      {day.entries.map((entry, index) => (
        <Fragment key={entry.key}>
          {line === index ? <NowLine now={now} zone={zone} /> : null}
          <EntryRow
            entry={entry}
            zone={zone}
            language={language}
            isToday={isToday}
            isSelected={selected === entry.key}
            isOpen={open === entry.key}
            onFocus={() => select(entry.key)}
            onToggle={() => toggle(entry.key)}
          />
        </Fragment>
      ))}
      {line === day.entries.length ? <NowLine now={now} zone={zone} /> : null}
    </>
  )
}

type HelpProps = { readonly isShown: boolean; readonly close: () => void; readonly language: Language }

function KeyHelp({ isShown, close, language }: HelpProps) {
  const words = messages[language]
  return (
    <Modal
      opened={isShown}
      onClose={close}
      title={words.help}
      closeButtonProps={{ "aria-label": words.close }}
      transitionProps={{ duration: 0 }}
    >
      <Table data={{ body: words.keys.map((row) => [...row]) }} />
    </Modal>
  )
}

function Freshness({ state, now, language }: Pick<ScreenProps, "state" | "now" | "language">) {
  const words = messages[language]
  const isLive = state.stream === "live" && state.problem === null
  const isEmpty = state.isLoaded && state.connection === null
  const age = state.readAt === null ? words.reading : words.read(relativeTime(state.readAt, now, platform.locale))
  return (
    <span className={classes.state} data-testid="freshness">
      <span className={classes.dot} data-live={isLive} data-meaning aria-hidden />
      {isEmpty ? "" : `${age} · `}
      {state.stream === "live" ? words.live : words.reconnecting}
    </span>
  )
}

/** What is wrong, if anything, and what to do about it. */
function Condition({
  view,
  state,
  now,
  language,
}: Pick<ScreenProps, "state" | "now" | "language"> & { readonly view: AgendaView }) {
  const words = messages[language]
  const portal = (label: string) => (
    <Anchor href="/" fw={600} inherit>
      {label}
    </Anchor>
  )
  switch (view.condition) {
    case "fine":
      return null
    case "reading":
      return (
        <Group justify="center" py="xl">
          <Loader aria-label={words.reading} />
        </Group>
      )
    case "not-connected":
      return (
        <Alert color="night" title={words.notConnected}>
          {portal(words.connect)}
        </Alert>
      )
    case "needs-reauth":
      return (
        <Alert color="orange" title={words.needsReauth} mb="lg">
          {portal(words.reconnect)}
        </Alert>
      )
    case "needs-consent":
      return (
        <Alert color="orange" title={words.needsConsent} mb="lg">
          {portal(words.reconnect)}
        </Alert>
      )
    case "unread":
      return <Alert color="orange" title={words.unread} />
    case "stale":
      return (
        <Alert color="orange" title={words.stale(relativeTime(state.readAt ?? now, now, platform.locale))} mb="lg" />
      )
  }
}

function Top({
  view,
  entry,
  now,
  zone,
  language,
}: Pick<ScreenProps, "now" | "zone" | "language"> & { readonly view: AgendaView; readonly entry: AgendaEntry }) {
  const words = messages[language]
  const { joinable } = view
  const isNow = entry.phase === "now"
  return (
    <section className={classes.top} aria-label={isNow ? words.now : words.next}>
      <Text size="sm" c="dimmed">
        {isNow ? words.now : words.next} ·{" "}
        {isNow
          ? words.until(clockTime(entry.endsAt, zone, platform.locale))
          : words.startsAt(relativeTime(entry.startsAt, now, platform.locale))}
      </Text>
      <h2 className={classes.topTitle}>{titleOf(entry, words)}</h2>
      <Text c="dimmed">
        {clockTime(entry.startsAt, zone, platform.locale)} – {clockTime(entry.endsAt, zone, platform.locale)}
        {entry.event.location === null || entry.event.location.startsWith("https://")
          ? ""
          : ` · ${entry.event.location}`}
      </Text>
      {joinable?.join ? (
        <Button
          component="a"
          href={joinable.join.url}
          target="_blank"
          rel="noopener noreferrer"
          size="xl"
          classNames={{ root: classes.bigJoin ?? "", label: classes.bigJoinLabel ?? "" }}
          fullWidth
          mt="lg"
        >
          {words.join(joinable.join.vendor)}
          {joinable.key === entry.key ? "" : `: ${titleOf(joinable, words)}`}
        </Button>
      ) : null}
    </section>
  )
}

type DayProps = {
  readonly day: AgendaDay
  readonly view: AgendaView
  readonly language: Language
  readonly zone: string
  readonly children: React.ReactNode
}

function Day({ day, view, language, zone, children }: DayProps) {
  const words = messages[language]
  const ahead = view.today.until(day.date).days
  const relative = ahead === 0 ? `${words.today}, ` : ahead === 1 ? `${words.tomorrow}, ` : ""
  const { next } = view.agenda
  const nextDate = next?.startsAt.toZonedDateTimeISO(zone).toPlainDate()
  return (
    <section>
      <h2 className={classes.day}>
        {relative}
        {dayName(day.date, platform.locale)}
      </h2>
      {day.entries.length > 0 ? (
        <ul className={classes.list}>{children}</ul>
      ) : (
        <Text>
          {words.nothingToday}
          {next === null || nextDate === undefined
            ? ""
            : ` ${words.nextIs(dayName(nextDate, platform.locale), clockTime(next.startsAt, zone, platform.locale), titleOf(next, words))}`}
        </Text>
      )}
    </section>
  )
}

/** What time it is, between what has begun and what is ahead. Told to screen readers by the badges and the part on top. */
function NowLine({ now, zone }: Pick<ScreenProps, "now" | "zone">) {
  return (
    <li className={classes.nowLine} data-meaning aria-hidden>
      <span>{clockTime(now, zone, platform.locale)}</span>
    </li>
  )
}

/** Tells screen readers that what they read has changed, without taking their place. */
function Announcer({ state, language }: Pick<ScreenProps, "state" | "language">) {
  const [text, setText] = useState("")
  const [known, setKnown] = useState(state.events)
  useEffect(() => {
    if (known === state.events) return
    setKnown(state.events)
    setText(
      state.readAt === null
        ? ""
        : `${messages[language].updated} ${clockTime(state.readAt, platform.zone, platform.locale)}`,
    )
  }, [known, state.events, state.readAt, language])
  return (
    <div className="visually-hidden" aria-live="polite">
      {text}
    </div>
  )
}

type Keys = {
  readonly selected: string | null
  readonly isPaused: boolean
  readonly refresh: () => void
  readonly help: () => void
}

/** One key each, outside of fields and dialogs; Enter opens the focused entry, as on any button. */
function useKeys(view: AgendaView, { selected, isPaused, refresh, help }: Keys): void {
  useEffect(() => {
    const go = (by: 1 | -1) => {
      const key = moved(view.order, selected, by)
      if (key !== null) platform.focusEntry(key)
    }
    const join = () => {
      const entry = view.agenda.days.flatMap(({ entries }) => entries).find(({ key }) => key === selected)
      const link = (entry ?? view.joinable)?.join ?? view.joinable?.join
      if (link) platform.open(link.url)
    }
    const actions: ReadonlyMap<string, () => void> = new Map([
      ["j", () => go(1)],
      ["ArrowDown", () => go(1)],
      ["k", () => go(-1)],
      ["ArrowUp", () => go(-1)],
      ["J", join],
      ["r", refresh],
      ["?", help],
    ])
    return platform.onKey((key) => {
      const act = isPaused ? undefined : actions.get(key)
      act?.()
      return act !== undefined
    })
  })
}
