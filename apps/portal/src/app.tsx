import { Alert, Anchor, Button, Group, Loader, Stack, Tabs, Text, Title } from "@mantine/core"
import { useEffect, useState, useSyncExternalStore } from "react"
import type { UserView } from "@kalends/protocol/api"
import { showApp } from "@kalends/ui/shell"
import { chooseLanguage, type Language } from "@kalends/ui/words"
import { Connect } from "./connect.tsx"
import { SetUp, SignIn } from "./entrance.tsx"
import { Health } from "./health.tsx"
import { type Messages, messages } from "./messages.ts"
import { People } from "./people.tsx"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { createPortalStore, type PortalState, type PortalStore } from "./store.ts"

const clockMs = 5_000

function Portal({ store, language }: { readonly store: PortalStore; readonly language: Language }) {
  const state = useSyncExternalStore(store.subscribe, () => store.state)
  const words = messages[language]
  if (state.user === undefined) return <Group justify="center" pt="20vh"><Loader aria-label="Kalends" /></Group>
  if (state.user !== null) return <Inside store={store} state={state} user={state.user} words={words} language={language} />
  const Entrance = state.service?.needsSetup === true ? SetUp : SignIn
  return <Entrance store={store} state={state} words={words} />
}

type InsideProps = { readonly store: PortalStore; readonly state: PortalState; readonly user: UserView; readonly words: Messages; readonly language: Language }

function Inside({ store, state, user, words, language }: InsideProps) {
  const [now, setNow] = useState(platform.now)
  useEffect(() => platform.every(clockMs, () => setNow(platform.now())), [])
  // What happened after the clock's last tick is not in the future.
  useEffect(() => setNow(platform.now()), [state.connection])
  return (
    <main className={classes.page}>
      <header className={classes.head}>
        <Title order={1} size="h2">{words.hello(user.displayName)}</Title>
        <Button variant="subtle" size="compact-sm" onClick={() => void store.signOut()}>{words.signOut}</Button>
      </header>
      <Notices store={store} state={state} words={words} />
      {user.role === "administrator" ? (
        <Tabs defaultValue="home" keepMounted={false}>
          <Tabs.List mb="lg">
            <Tabs.Tab value="home">{words.home}</Tabs.Tab>
            <Tabs.Tab value="people">{words.people}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="home"><Home store={store} state={state} user={user} words={words} language={language} now={now} /></Tabs.Panel>
          <Tabs.Panel value="people"><People store={store} words={words} /></Tabs.Panel>
        </Tabs>
      ) : (
        <Home store={store} state={state} user={user} words={words} language={language} now={now} />
      )}
    </main>
  )
}

/** How connecting or disconnecting ended, and what is wrong. */
function Notices({ store, state, words }: Pick<InsideProps, "store" | "state" | "words">) {
  const { outcome, problem, removal, service } = state
  const code = problem?.code ?? outcome.problem
  return (
    <Stack mb="lg" gap="sm">
      {service?.demoUrl ? <Alert color="night" variant="light">{words.demo} <Anchor href={service.demoUrl} target="_blank" rel="noopener" fw={600} inherit>{words.openDemo}</Anchor></Alert> : null}
      {code === null ? null : <Alert color="orange" role="alert" withCloseButton closeButtonLabel={words.cancel} onClose={store.dismiss}>{words.problems[code] ?? problem?.message ?? code}</Alert>}
      {outcome.isConnected ? <Alert color="green" role="status">{words.connectedNow}</Alert> : null}
      {outcome.isConsented ? <Alert color="green" role="status">{words.consentedNow}</Alert> : null}
      {removal === null ? null : (
        <Alert color="green" role="status" title={words.removed} withCloseButton closeButtonLabel={words.cancel} onClose={store.dismiss}>
          <Text size="sm">{words.secretsDeleted}</Text>
          {removal.subscriptionsStopped > 0 ? <Text size="sm">{words.stopped(removal.subscriptionsStopped)}</Text> : null}
          {removal.subscriptionsLeftToExpire > 0 ? <Text size="sm">{words.leftToExpire(removal.subscriptionsLeftToExpire)}</Text> : null}
          <Text size="sm">{words.revoked[removal.grantRevoked]}</Text>
        </Alert>
      )}
    </Stack>
  )
}

function Home({ store, state, user, words, language, now }: InsideProps & { readonly now: Temporal.Instant }) {
  const consents = (state.service?.providers ?? []).filter(({ hasAdminConsent, isConfigured }) => hasAdminConsent && isConfigured)
  return (
    <Stack gap="xl">
      {state.connection === null ? (
        <>
          <Text size="lg">{words.connectFirst}</Text>
          <Connect store={store} state={state} words={words} />
        </>
      ) : (
        <>
          {state.connection.state === "healthy" ? <Text size="lg">{words.allWell}</Text> : null}
          <Health store={store} state={state} connection={state.connection} now={now} words={words} language={language} />
        </>
      )}
      {user.role === "administrator" ? consents.map(({ name }) => <Anchor key={name} href={`/v1/consent/${name}`}>{words.adminConsent}</Anchor>) : null}
    </Stack>
  )
}

/** Loads what the portal needs and shows it. */
export function startApp(): void {
  const language = chooseLanguage(platform.languages)
  const store = createPortalStore()
  void store.load()
  showApp(<Portal store={store} language={language} />, language)
}
