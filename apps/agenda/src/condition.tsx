import type { ClientState } from "@kalends/client/types"
import type { AgendaView } from "@kalends/ui/agenda-view"
import { Loading } from "@kalends/ui/loading"
import { clockTime, relativeTime } from "@kalends/ui/words"
import { Alert, Anchor, Group } from "@mantine/core"
import { useEffect, useState } from "react"
import classes from "./agenda.module.css"
import type { Words } from "./messages.ts"
import { platform } from "./platform.ts"

type ConditionProps = { readonly state: ClientState; readonly now: Temporal.Instant; readonly words: Words }

/** How old what is shown is, and whether changes are heard. */
export function Freshness({ state, now, words }: ConditionProps) {
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
export function Condition({ view, state, now, words }: ConditionProps & { readonly view: AgendaView }) {
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
          <Loading label={words.reading} />
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

/** Tells screen readers that what they read has changed, without taking their place. */
export function Announcer({ state, words }: Omit<ConditionProps, "now">) {
  const [text, setText] = useState("")
  const [known, setKnown] = useState(state.events)
  useEffect(() => {
    if (known === state.events) return
    setKnown(state.events)
    setText(state.readAt === null ? "" : `${words.updated} ${clockTime(state.readAt, platform.zone, platform.locale)}`)
  }, [known, state.events, state.readAt, words])
  return (
    <div className="visually-hidden" aria-live="polite">
      {text}
    </div>
  )
}
