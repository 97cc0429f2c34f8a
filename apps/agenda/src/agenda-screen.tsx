import { Alert, Anchor, Button, Group, Loader, Modal, Table, Text, Title } from "@mantine/core"
import { useEffect, useMemo, useState } from "react"
import type { Client } from "@kalends/client/client"
import type { ClientState } from "@kalends/client/types"
import type { AgendaDay, AgendaEntry } from "@kalends/domain/agenda"
import { clockTime, dayName, type Language, relativeTime } from "@kalends/ui/words"
import classes from "./agenda.module.css"
import { EntryRow } from "./entry-row.tsx"
import { messages } from "./messages.ts"
import { platform } from "./platform.ts"
import { agendaView, type AgendaView, moved } from "./view-model.ts"

type ScreenProps = { readonly client: Client; readonly state: ClientState; readonly now: Temporal.Instant; readonly zone: string; readonly language: Language }

/** Now and next on top, the days below; everything with the age of what is shown. */
export function AgendaScreen({ client, state, now, zone, language }: ScreenProps) {
  const words = messages[language]
  const view = useMemo(() => agendaView(state, now, zone), [state, now, zone])
  const [selected, select] = useState<string | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  const [isHelpShown, showHelp] = useState(false)
  useKeys(view, { selected, select, toggle: (key) => setOpen(open === key ? null : key), refresh: () => void client.refresh(), help: () => showHelp(true) })
  return (
    <main className={classes.page}>
      <header className={classes.head}>
        <Title order={1} size="h2">{words.title}</Title>
        <Group gap="sm">
          <Freshness state={state} now={now} language={language} />
          <Button variant="default" size="compact-sm" loading={state.isRefreshing} onClick={() => void client.refresh()}>{words.refresh}</Button>
          <Button variant="subtle" size="compact-sm" onClick={() => void client.signOut()}>{words.signOut}</Button>
        </Group>
      </header>
      <Condition view={view} state={state} now={now} language={language} />
      {view.top === null ? null : <Top view={view} entry={view.top} now={now} zone={zone} language={language} />}
      {view.condition === "not-connected" || view.condition === "reading" || state.readAt === null
        ? null
        : view.agenda.days.map((day) => (
            <Day key={day.date.toString()} day={day} today={now.toZonedDateTimeISO(zone).toPlainDate()} language={language}>
              {day.entries.map((entry) => (
                <EntryRow key={entry.key} entry={entry} zone={zone} language={language} isSelected={selected === entry.key} isOpen={open === entry.key} onToggle={() => setOpen(open === entry.key ? null : entry.key)} />
              ))}
            </Day>
          ))}
      {state.malformedCount > 0 ? <Text size="sm" c="dimmed" mt="lg">{words.malformed(state.malformedCount)}</Text> : null}
      <Announcer state={state} language={language} />
      <Modal opened={isHelpShown} onClose={() => showHelp(false)} title={words.help} closeButtonProps={{ "aria-label": words.close }} transitionProps={{ duration: 0 }}>
        <Table data={{ body: words.keys.map((row) => [...row]) }} />
      </Modal>
    </main>
  )
}

function Freshness({ state, now, language }: Pick<ScreenProps, "state" | "now" | "language">) {
  const words = messages[language]
  const isLive = state.stream === "live" && state.problem === null
  const age = state.readAt === null ? words.reading : words.read(relativeTime(state.readAt, now, platform.locale))
  return (
    <span className={classes.state} data-testid="freshness">
      <span className={classes.dot} data-live={isLive} aria-hidden />
      {age} · {state.stream === "live" ? words.live : words.reconnecting}
    </span>
  )
}

/** What is wrong, if anything, and what to do about it. */
function Condition({ view, state, now, language }: Pick<ScreenProps, "state" | "now" | "language"> & { readonly view: AgendaView }) {
  const words = messages[language]
  const portal = (label: string) => <Anchor href="/" fw={600} inherit>{label}</Anchor>
  switch (view.condition) {
    case "fine":
      return null
    case "reading":
      return <Group justify="center" py="xl"><Loader aria-label={words.reading} /></Group>
    case "not-connected":
      return <Alert color="night" title={words.notConnected}>{portal(words.connect)}</Alert>
    case "needs-reauth":
      return <Alert color="orange" title={words.needsReauth} mb="lg">{portal(words.reconnect)}</Alert>
    case "needs-consent":
      return <Alert color="orange" title={words.needsConsent} mb="lg">{portal(words.reconnect)}</Alert>
    case "unread":
      return <Alert color="orange" title={words.unread} />
    case "stale":
      return <Alert color="orange" title={words.stale(relativeTime(state.readAt ?? now, now, platform.locale))} mb="lg" />
  }
}

function Top({ view, entry, now, zone, language }: Pick<ScreenProps, "now" | "zone" | "language"> & { readonly view: AgendaView; readonly entry: AgendaEntry }) {
  const words = messages[language]
  const { joinable } = view
  const isNow = entry.phase === "now"
  return (
    <section className={classes.top} aria-label={isNow ? words.now : words.next}>
      <Text size="sm" c="dimmed">
        {isNow ? words.now : words.next} · {isNow ? words.until(clockTime(entry.endsAt, zone, platform.locale)) : words.startsAt(relativeTime(entry.startsAt, now, platform.locale))}
      </Text>
      <h2 className={classes.topTitle}>{entry.event.subject === "" ? words.noSubject : entry.event.subject}</h2>
      <Text c="dimmed">
        {clockTime(entry.startsAt, zone, platform.locale)} – {clockTime(entry.endsAt, zone, platform.locale)}
        {entry.event.location === null || entry.event.location.startsWith("https://") ? "" : ` · ${entry.event.location}`}
      </Text>
      {joinable?.join ? (
        <Button component="a" href={joinable.join.url} target="_blank" rel="noopener noreferrer" size="xl" fullWidth mt="lg">
          {words.join(joinable.join.vendor)}
          {joinable.key === entry.key ? "" : `: ${joinable.event.subject}`}
        </Button>
      ) : null}
    </section>
  )
}

function Day({ day, today, language, children }: { readonly day: AgendaDay; readonly today: Temporal.PlainDate; readonly language: Language; readonly children: React.ReactNode }) {
  const words = messages[language]
  const ahead = today.until(day.date).days
  const relative = ahead === 0 ? `${words.today}, ` : ahead === 1 ? `${words.tomorrow}, ` : ""
  return (
    <section>
      <h2 className={classes.day}>{relative}{dayName(day.date, platform.locale)}</h2>
      {day.entries.length === 0 ? <Text c="dimmed">{words.nothingToday}</Text> : <ul className={classes.list}>{children}</ul>}
    </section>
  )
}

/** Tells screen readers that what they read has changed, without taking their place. */
function Announcer({ state, language }: Pick<ScreenProps, "state" | "language">) {
  const [text, setText] = useState("")
  const [known, setKnown] = useState(state.events)
  useEffect(() => {
    if (known === state.events) return
    setKnown(state.events)
    setText(state.readAt === null ? "" : `${messages[language].updated} ${clockTime(state.readAt, platform.zone, platform.locale)}`)
  }, [known, state.events, state.readAt, language])
  return <div className="visually-hidden" aria-live="polite">{text}</div>
}

type Keys = { readonly selected: string | null; readonly select: (key: string | null) => void; readonly toggle: (key: string) => void; readonly refresh: () => void; readonly help: () => void }

function useKeys(view: AgendaView, keys: Keys): void {
  useEffect(() => {
    const go = (by: 1 | -1) => {
      const key = moved(view.order, keys.selected, by)
      keys.select(key)
      if (key !== null) document.querySelector(`[data-key="${CSS.escape(key)}"] button`)?.scrollIntoView({ block: "nearest" })
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return
      const entry = view.agenda.days.flatMap(({ entries }) => entries).find(({ key }) => key === keys.selected) ?? view.joinable
      if (event.key === "j" || event.key === "ArrowDown") go(1)
      else if (event.key === "k" || event.key === "ArrowUp") go(-1)
      else if (event.key === "Enter" && keys.selected !== null && !(event.target instanceof HTMLButtonElement) && !(event.target instanceof HTMLAnchorElement)) keys.toggle(keys.selected)
      else if (event.key === "m" && entry?.join) platform.open(entry.join.url)
      else if (event.key === "r") keys.refresh()
      else if (event.key === "?") keys.help()
      else return
      event.preventDefault()
    }
    document.addEventListener("keydown", onKey)
    return () => document.removeEventListener("keydown", onKey)
  })
}
