import type { UserView } from "@kalends/protocol/api"
import { Loading } from "@kalends/ui/loading"
import { PasswordWords } from "@kalends/ui/password-words"
import { showApp } from "@kalends/ui/shell"
import { relativeTime } from "@kalends/ui/words"
import { Alert, Button, Group, Paper, Stack, Text, Title } from "@mantine/core"
import {
  type MouseEvent,
  Suspense,
  useEffect,
  useOptimistic,
  useState,
  useSyncExternalStore,
  useTransition,
} from "react"
import { api } from "./api.ts"
import { Devices } from "./devices.tsx"
import { SetUp, SignIn } from "./entrance.tsx"
import { Footer } from "./footer.tsx"
import { FreshStepDialog } from "./fresh-step-dialog.tsx"
import { later } from "./later.ts"
import { loadWords } from "./load-words.ts"
import type { Messages } from "./messages.ts"
import { Navigation } from "./navigation.tsx"
import { Notices } from "./notices.tsx"
import { pageAt, pagesFor } from "./page-places.ts"
import { type PageContext, type PortalPage, pages } from "./pages.tsx"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { type Preferences, preferencesOf } from "./preferences.ts"
import { SecondStep } from "./second-step.tsx"
import { createPortalStore, isHeld, type PortalState, type PortalStore } from "./store.ts"

const clockMs = 5_000

const PasswordPage = later(async () => (await import("./people/password-page.tsx")).PasswordPage)
const FactorWanted = later(async () => (await import("./sign-in-page.tsx")).FactorWanted)

/** What a reader chose, and the words for it: they change places in one step. */
type Reading = Preferences & { readonly words: Messages }
type PortalProps = { readonly store: PortalStore; readonly first: Reading }

function Portal({ store, first }: PortalProps) {
  const state = useSyncExternalStore(store.subscribe, () => store.state)
  const [{ language, locale, words }, setReading] = useState(first)
  // What was chosen shows at once; its words follow when they are there.
  const [chosen, setChosen] = useOptimistic(language)
  const [, startTransition] = useTransition()
  useEffect(() => platform.setLanguage(language), [language])
  const [token, setToken] = useState(platform.takePasswordToken)
  // A link that is followed while the portal is open changes the address alone.
  useEffect(() => platform.onPlace(() => setToken((before) => platform.takePasswordToken() || before)), [])
  return (
    <PasswordWords showPassword={words.showPassword}>
      <Suspense fallback={<LoadingPage words={words} />}>
        {token === "" ? (
          <Page store={store} state={state} words={words} locale={locale} />
        ) : (
          <PasswordPage key={token} {...{ store, state, words, token }} leave={() => setToken("")} />
        )}
      </Suspense>
      <Footer
        words={words}
        language={chosen}
        hasSession={Boolean(state.user) && token === ""}
        onLanguage={(choice) => {
          platform.keepLanguage(choice)
          startTransition(async () => {
            setChosen(choice)
            const loaded = await loadWords(choice)
            startTransition(() => setReading({ ...preferencesOf(choice, platform.languages), words: loaded }))
          })
        }}
      />
    </PasswordWords>
  )
}

/** Not a link: the address names a page already. */
function skipToPage(event: MouseEvent<HTMLButtonElement>): void {
  event.currentTarget.ownerDocument.getElementById("page")?.focus()
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
        <LoadingPage words={words} />
      </main>
    )
  if (state.user !== null && state.signIn?.secondFactor === "awaited")
    return <SecondStep store={store} state={state} words={words} />
  if (state.user !== null) return <Inside store={store} state={state} user={state.user} words={words} locale={locale} />
  const Entrance = state.service?.needsSetup === true ? SetUp : SignIn
  return <Entrance store={store} state={state} words={words} />
}

function LoadingPage({ words }: { readonly words: Messages }) {
  return (
    <Group justify="center" pt="20vh">
      <Loading label={words.loading} />
    </Group>
  )
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
  const address = useSyncExternalStore(platform.onPlace, platform.placeText)
  const own = pagesFor(pages, user.abilities)
  const page = pageAt(own, address)
  return (
    <div className={classes.page}>
      <button type="button" className={classes.skip} onClick={skipToPage}>
        {words.navigation.skip}
      </button>
      <FreshStepDialog words={words} />
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
      <div className={classes.body}>
        {page === null || own.length < 2 ? null : <Navigation pages={own} current={page} words={words} />}
        <main id="page" tabIndex={-1} className={classes.main}>
          {state.isReachable ? null : (
            <Alert color="orange" role="status" mb="lg">
              {words.offline(relativeTime(state.readAt ?? now, now, locale))}
            </Alert>
          )}
          <Notices store={store} state={state} words={words} />
          <Suspense fallback={<LoadingPage words={words} />}>
            {page === null ? null : <Opened page={page} context={{ store, state, user, words, locale, now }} />}
          </Suspense>
        </main>
      </div>
    </div>
  )
}

/** A page; what is not one's own waits for a second factor. */
function Opened({ page, context }: { readonly page: PortalPage; readonly context: PageContext }) {
  const { signIn } = context.state
  const isShut = signIn?.secondFactor === "wanted" && (page.needs !== "own" || isHeld(signIn))
  return isShut ? <FactorWanted store={context.store} words={context.words} /> : page.view(context)
}

/** Loads what the portal needs and shows it. */
export function startApp(first: Reading): void {
  const store = createPortalStore({ api, platform })
  void store.load()
  showApp(<Portal store={store} first={first} />, "browser")
}
