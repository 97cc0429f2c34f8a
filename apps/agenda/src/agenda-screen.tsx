import type { Client } from "@kalends/client/client"
import type { ClientState } from "@kalends/client/types"
import type { AgendaEntry } from "@kalends/domain/agenda"
import { agendaView } from "@kalends/ui/agenda-view"
import { Dialog } from "@kalends/ui/dialog"
import { NewMeeting } from "@kalends/ui/new-meeting"
import { Button, Group, Table, Text, Title } from "@mantine/core"
import { useEffect, useMemo, useState, useSyncExternalStore } from "react"
import classes from "./agenda.module.css"
import { Announcer, Condition, Freshness } from "./condition.tsx"
import { ContactsPanel } from "./contacts-panel.tsx"
import { DoneNotice } from "./done-notice.tsx"
import { useKeys } from "./keys.ts"
import { type EntryActions, Listing } from "./listing.tsx"
import { MeetingPlace } from "./meeting-place.tsx"
import { createMeetingStore, meetingOf } from "./meeting-store.ts"
import type { Words } from "./messages.ts"
import { platform } from "./platform.ts"

type ScreenProps = {
  readonly client: Client
  readonly state: ClientState
  readonly now: Temporal.Instant
  readonly zone: string
  readonly words: Words
}

/** The agenda, or the meeting that was opened from it. */
export function AgendaScreen({ client, state, now, zone, words }: ScreenProps) {
  const store = useMemo(() => createMeetingStore({ client, platform }), [client])
  useEffect(() => store.start(), [store])
  const { meetings, open, done } = useSyncExternalStore(store.subscribe, () => store.state)
  const view = useMemo(() => agendaView(state, now, zone), [state, now, zone])
  const [selected, select] = useState<string | null>(null)
  const [unfolded, unfold] = useState<string | null>(null)
  const [shown, show] = useState<"help" | "new" | "contacts" | null>(null)
  const join = ({ event, join: link }: AgendaEntry) => {
    if (link !== null) platform.open(link.url)
    store.joined(event)
  }
  const edit = ({ event }: AgendaEntry) => {
    const meeting = meetingOf(meetings, event)
    if (meeting !== null) store.open(meeting.meetingId)
  }
  const refresh = () => void client.refresh()
  const make = () => show("new")
  const contacts = () => show("contacts")
  const isPaused = shown !== null || open !== null
  useKeys(view, { selected, isPaused, join, edit, make, refresh, contacts, help: () => show("help") })
  const actions: EntryActions = {
    ...{ selected, unfolded, select, join: store.joined, openMeeting: store.open },
    toggle: (key) => unfold(unfolded === key ? null : key),
    meetingOf: (event) => meetingOf(meetings, event),
  }
  const common = { now, zone, words }
  if (open !== null) {
    const close = () => {
      store.close()
      if (selected !== null) platform.soon(() => platform.focusEntry(selected))
    }
    return <MeetingPlace {...common} open={open} store={store} close={close} />
  }
  return (
    <main className={classes.page}>
      <Head client={client} state={state} now={now} words={words} make={make} contacts={contacts} />
      <Condition view={view} state={state} now={now} words={words} />
      {done === null ? null : <DoneNotice {...common} done={done} store={store} />}
      {view.condition === "not-connected" || state.readAt === null ? null : (
        <Listing {...common} view={view} actions={actions} />
      )}
      <Foot state={state} words={words} help={() => show("help")} />
      <KeyHelp isShown={shown === "help"} close={() => show(null)} words={words} />
      <ContactsPanel
        client={client}
        isAllowed={(state.connection?.contacts ?? "none") !== "none"}
        isOpen={shown === "contacts"}
        close={() => show(null)}
        words={words.contactWords}
      />
      <NewMeeting
        isOpen={shown === "new"}
        close={() => show(null)}
        canWrite={state.connection?.permission === "read-write"}
        words={words.meetingWords}
        {...{ now, zone }}
        newKey={platform.newKey}
        make={async (input) => {
          await store.make(input)
          show(null)
        }}
      />
    </main>
  )
}

type HeadProps = Pick<ScreenProps, "client" | "state" | "now" | "words"> & {
  readonly make: () => void
  readonly contacts: () => void
}

function Head({ client, state, now, words, make, contacts }: HeadProps) {
  return (
    <header className={classes.head}>
      <Title order={1} size="h2">
        {words.title}
      </Title>
      <Freshness state={state} now={now} words={words} />
      <Group gap="xs" className={classes.actions}>
        {state.isLoaded ? (
          <Button size="compact-md" onClick={make}>
            {words.meetingWords.newMeeting}
          </Button>
        ) : null}
        {state.connection === null ? null : (
          <Button variant="default" size="compact-md" onClick={contacts}>
            {words.contactWords.contacts}
          </Button>
        )}
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

type FootProps = Pick<ScreenProps, "state" | "words"> & { readonly help: () => void }

function Foot({ state, words, help }: FootProps) {
  return (
    <>
      {state.malformedCount > 0 ? (
        <Text size="sm" c="dimmed" mt="lg">
          {words.malformed(state.malformedCount)}
        </Text>
      ) : null}
      <Button variant="subtle" size="compact-sm" mt="xl" visibleFrom="sm" onClick={help}>
        {words.help}
      </Button>
      <Announcer state={state} words={words} />
    </>
  )
}

type HelpProps = { readonly isShown: boolean; readonly close: () => void; readonly words: Words }

function KeyHelp({ isShown, close, words }: HelpProps) {
  return (
    <Dialog isOpen={isShown} close={close} title={words.help} closeLabel={words.close}>
      <Table data={{ body: words.keys.map((row) => [...row]) }} />
    </Dialog>
  )
}
