import type { UserView } from "@kalends/protocol/api"
import { showApp } from "@kalends/ui/shell"
import { relativeTime } from "@kalends/ui/words"
import { Alert, Button, Group, Loader, Paper, Stack, Tabs, Text, Title } from "@mantine/core"
import { useEffect, useState, useSyncExternalStore } from "react"
import { api } from "./api.ts"
import { Audit } from "./audit-screen.tsx"
import { Devices } from "./devices.tsx"
import { SetUp, SignIn } from "./entrance.tsx"
import { Footer } from "./footer.tsx"
import { Groups } from "./groups-screen.tsx"
import { Home } from "./home-screen.tsx"
import { Meetings } from "./meetings-screen.tsx"
import { type Messages, messages } from "./messages.ts"
import { Notices } from "./notices.tsx"
import { Organisation } from "./organisation-screen.tsx"
import { People } from "./people.tsx"
import { isOfOrganisation } from "./place.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { type Preferences, preferencesOf } from "./preferences.ts"
import { createPortalStore, type PortalState, type PortalStore } from "./store.ts"

const clockMs = 5_000

type PortalProps = { readonly store: PortalStore; readonly first: Preferences }

function Portal({ store, first }: PortalProps) {
  const state = useSyncExternalStore(store.subscribe, () => store.state)
  const [preferences, setPreferences] = useState(first)
  const { language, locale } = preferences
  const words = messages[language]
  useEffect(() => platform.setPage("Kalends", language), [language])
  return (
    <>
      <Page store={store} state={state} words={words} locale={locale} />
      <Footer
        words={words}
        language={language}
        hasSession={Boolean(state.user)}
        onLanguage={(chosen) => {
          platform.keepLanguage(chosen)
          setPreferences(preferencesOf(chosen, platform.languages))
        }}
      />
    </>
  )
}

type PageProps = {
  readonly store: PortalStore
  readonly state: PortalState
  readonly words: Messages
  readonly locale: string
}

function Page({ store, state, words, locale }: PageProps) {
  if (state.user === undefined && state.problem !== null) return <NoService store={store} state={state} words={words} />
  if (state.user === undefined)
    return (
      <main>
        <Group justify="center" pt="20vh">
          <Loader aria-label={words.loading} />
        </Group>
      </main>
    )
  if (state.user !== null) return <Inside store={store} state={state} user={state.user} words={words} locale={locale} />
  const Entrance = state.service?.needsSetup === true ? SetUp : SignIn
  return <Entrance store={store} state={state} words={words} />
}

/** The service did not answer when the page was opened. */
function NoService({ store, state, words }: Pick<PageProps, "store" | "state" | "words">) {
  return (
    <main>
      <Paper className={classes.narrow} withBorder role="alert">
        <Stack>
          <Title order={1} size="h2">
            {words.noService}
          </Title>
          <Text>{words.noServiceText}</Text>
          <Button size="md" loading={state.isBusy} onClick={() => void store.load()}>
            {words.retry}
          </Button>
        </Stack>
      </Paper>
    </main>
  )
}

function Inside({ store, state, user, words, locale }: PageProps & { readonly user: UserView }) {
  const [now, setNow] = useState(platform.now)
  useEffect(() => platform.every(clockMs, () => setNow(platform.now())), [])
  // What happened after the clock's last tick is not in the future.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock is read again when the connection has changed.
  useEffect(() => setNow(platform.now()), [state.connection])
  const home = <Home store={store} state={state} user={user} words={words} locale={locale} now={now} />
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Text fw={650} size="lg">
          Kalends
        </Text>
        <Group gap="xs">
          <Devices {...{ words, locale, now }} displayName={user.displayName} />
          <Button variant="subtle" size="compact-md" className="flush-end" onClick={() => void store.signOut()}>
            {words.signOut}
          </Button>
        </Group>
      </header>
      <main>
        {state.isReachable ? null : (
          <Alert color="orange" role="status" mb="lg">
            {words.offline(relativeTime(state.readAt ?? now, now, locale))}
          </Alert>
        )}
        <Notices store={store} state={state} words={words} />
        <Places
          words={words}
          home={home}
          meetings={
            <Meetings {...{ store, now, words, locale }} canWrite={state.connection?.permission === "read-write"} />
          }
          administration={
            user.role === "administrator"
              ? {
                  people: <People store={store} words={words} />,
                  groups: <Groups words={words} />,
                  organisation: <Organisation {...{ words, locale, now }} service={state.service} />,
                  audit: <Audit {...{ words, locale }} userId={user.userId} />,
                }
              : null
          }
        />
      </main>
    </div>
  )
}

type PlacesProps = {
  readonly words: Messages
  readonly home: React.ReactNode
  readonly meetings: React.ReactNode
  /** Null for who is no administrator. */
  readonly administration: Readonly<Record<"people" | "groups" | "organisation" | "audit", React.ReactNode>> | null
}

const organisation = "organisation"

/** The tabs. Pages about organisations stand in the address, so that they are found again; the others do not. */
function Places({ words, home, meetings, administration }: PlacesProps) {
  const address = useSyncExternalStore(platform.onPlace, platform.placeText)
  const [chosen, choose] = useState("home")
  const isOrganisation = administration !== null && isOfOrganisation(address)
  const value = isOrganisation ? organisation : chosen
  const open = (tab: string | null) => {
    if (tab === organisation) return platform.goToPlace(organisation)
    choose(tab ?? "home")
    if (isOrganisation) platform.goToPlace("")
  }
  return (
    <Tabs value={value} onChange={open} keepMounted={false} classNames={{ tab: classes.tab ?? "" }}>
      <Tabs.List mb="xl">
        <Tabs.Tab value="home">{words.home}</Tabs.Tab>
        <Tabs.Tab value="meetings">{words.meetings}</Tabs.Tab>
        {administration === null ? null : (
          <>
            <Tabs.Tab value="people">{words.people}</Tabs.Tab>
            <Tabs.Tab value="groups">{words.groups}</Tabs.Tab>
            <Tabs.Tab value={organisation}>{words.tenants.organisationTab}</Tabs.Tab>
            <Tabs.Tab value="audit">{words.auditLog.audit}</Tabs.Tab>
          </>
        )}
      </Tabs.List>
      <Tabs.Panel value="home">{home}</Tabs.Panel>
      <Tabs.Panel value="meetings">{meetings}</Tabs.Panel>
      {administration === null ? null : (
        <>
          <Tabs.Panel value="people">{administration.people}</Tabs.Panel>
          <Tabs.Panel value="groups">{administration.groups}</Tabs.Panel>
          <Tabs.Panel value={organisation}>{administration.organisation}</Tabs.Panel>
          <Tabs.Panel value="audit">{administration.audit}</Tabs.Panel>
        </>
      )}
    </Tabs>
  )
}

/** Loads what the portal needs and shows it. */
export function startApp(): void {
  const store = createPortalStore({ api, platform })
  void store.load()
  showApp(<Portal store={store} first={preferencesOf(platform.keptLanguage(), platform.languages)} />, "browser")
}
