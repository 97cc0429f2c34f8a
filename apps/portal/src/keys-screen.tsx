import { hasAbility } from "@kalends/domain/ability"
import type { UserView } from "@kalends/protocol/api"
import type { CustodianView, KeyAction, KeysView } from "@kalends/protocol/keys"
import { ConfirmedAct } from "@kalends/ui/dialog"
import {
  Alert,
  Button,
  Card,
  Code,
  ColorSwatch,
  Group,
  List,
  PasswordInput,
  Progress,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core"
import { useEffect, useState } from "react"
import { keysApi } from "./api-keys.ts"
import { problemText } from "./api-problem.ts"
import { keyActions, keyConcern, keysInBackups, progressOfKeys } from "./keys-standing.ts"
import type { Messages } from "./messages.ts"
import { momentText } from "./moment.ts"
import { PageFrame, Trouble, Waiting } from "./page-parts.tsx"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"

type KeysProps = { readonly words: Messages; readonly locale: string; readonly user: UserView }
type Seen = { readonly view: KeysView; readonly before: KeysView | null }

const everyMs = 3_000

/** The keys as they stand, asked for again every few seconds while the page is seen. */
function useKeys() {
  const [seen, setSeen] = useState<Seen | null>(null)
  const [error, setError] = useState<unknown>(null)
  const put = (view: KeysView) => {
    setSeen((last) => ({ view, before: last?.view ?? null }))
    setError(null)
  }
  const ask = () => keysApi.view().then(put, setError)
  // biome-ignore lint/correctness/useExhaustiveDependencies: one clock for the page's life.
  useEffect(() => {
    void ask()
    return platform.every(everyMs, () => {
      if (!platform.isHidden()) void ask()
    })
  }, [])
  return { seen, error, ask, put }
}

/** The organisation's keys: who keeps them, whether that answers, and what is being done with them. */
export function Keys({ words, locale, user }: KeysProps) {
  const { seen, error, ask, put } = useKeys()
  const text = words.keyWords
  const canChange = hasAbility(user.role, "change-keys")
  return (
    <PageFrame title={text.keys} text={text.text}>
      {seen === null ? (
        <Waiting error={error} words={words} retry={ask} />
      ) : (
        <>
          <Trouble error={error} words={words} />
          <Concern view={seen.view} words={words} locale={locale} />
          <Work {...{ seen, words, locale, canChange, put }} />
          <Custodians view={seen.view} words={words} locale={locale} />
          <DataKeys view={seen.view} words={words} locale={locale} />
          {canChange ? <Enrol words={words} /> : null}
          {canChange ? <Shred view={seen.view} words={words} put={put} /> : null}
        </>
      )}
    </PageFrame>
  )
}

type Shown = { readonly view: KeysView; readonly words: Messages; readonly locale: string }

function Concern({ view, words, locale }: Shown) {
  const concern = keyConcern(view)
  if (concern === null) return null
  const current = view.custodians.find(({ role }) => role === "current")
  const color = { away: "orange", "grace-over": "red", refused: "red", "former-in-use": "blue", "former-free": "green" }
  return (
    <Alert color={color[concern]} role="status">
      {words.keyWords.concerns[concern](current?.graceEndsAt ? momentText(current.graceEndsAt, locale) : "")}
    </Alert>
  )
}

type WorkProps = {
  readonly seen: Seen
  readonly words: Messages
  readonly locale: string
  readonly canChange: boolean
  readonly put: (view: KeysView) => void
}

function Work({ seen: { view, before }, words, locale, canChange, put }: WorkProps) {
  const { work } = view
  const [error, setError] = useState<unknown>(null)
  const [turn, setTurn] = useState(0)
  const act = async (action: KeyAction) => {
    put(await keysApi.act(action))
    setTurn(turn + 1)
  }
  const actions = canChange ? keyActions(view) : []
  const plain = actions.filter((action) => action === "pause" || action === "resume")
  return (
    <Stack gap="sm">
      {work === null ? null : <Bar {...{ view, before, words, locale }} />}
      <Trouble error={error} words={words} />
      <Group>
        {plain.map((action) => (
          <Button key={action} variant="default" onClick={() => void act(action).catch(setError)}>
            {words.keyWords[action]}
          </Button>
        ))}
        {actions.includes("rotate") ? <Asked key={`rotate${turn}`} action="rotate" {...{ words, act }} /> : null}
        {actions.includes("rewrap") ? <Asked key={`rewrap${turn}`} action="rewrap" {...{ words, act }} /> : null}
      </Group>
    </Stack>
  )
}

function Bar({ view, before, words, locale }: Shown & { readonly before: KeysView | null }) {
  const { work } = view
  if (work === null) return null
  const earlier = before?.work == null ? null : { work: before.work, at: before.at }
  const { percent, perSecond, secondsLeft } = progressOfKeys(work, view.at, earlier)
  const text = words.keyWords
  const number = (value: number) => Math.round(value).toLocaleString(locale)
  const counted = text.counted(number(work.done), number(Math.max(work.total, work.done)))
  return (
    <Card withBorder padding="lg" component="section" aria-label={text.work[work.state]}>
      <div role="status">
        <Text size="xl" fw={650}>
          {text.work[work.state]}
          {work.state === "running" ? "…" : ""}
        </Text>
        <Text>{counted}</Text>
        {perSecond === null || secondsLeft === null ? null : (
          <Text c="dimmed">{text.rate(number(perSecond), durationOf(secondsLeft, locale))}</Text>
        )}
        {work.failed > 0 ? <Text c="orange">{text.failed(work.failed)}</Text> : null}
      </div>
      <Progress.Root size="lg" mt="sm" className={classes.bar}>
        <Progress.Section value={percent} aria-label={text.work[work.state]} aria-valuetext={counted} />
      </Progress.Root>
    </Card>
  )
}

type AskedProps = {
  readonly action: "rotate" | "rewrap"
  readonly words: Messages
  readonly act: (action: KeyAction) => Promise<void>
}

function Asked({ action, words, act }: AskedProps) {
  const text = words.keyWords
  return (
    <ConfirmedAct
      tone={action === "rotate" ? "main" : "plain"}
      label={text[action]}
      title={text[`${action}Title`]}
      keepLabel={text.keep}
      closeLabel={text.close}
      act={() => act(action)}
      explain={(error) => problemText(error, { problems: words.keyProblems })}
    >
      <Text>{text[`${action}Text`]}</Text>
    </ConfirmedAct>
  )
}

function Custodians({ view, words, locale }: Shown) {
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h3">
        {words.keyWords.custodians}
      </Title>
      {view.custodians.map((one) => (
        <Custodian key={one.label} {...{ one, words, locale }} />
      ))}
    </Stack>
  )
}

const colors = { answers: "green", away: "orange", refuses: "red", unasked: "gray" } as const

function Custodian({ one, words, locale }: Omit<Shown, "view"> & { readonly one: CustodianView }) {
  const text = words.keyWords
  const names: Readonly<Record<string, string>> = text.custodianNames
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" align="flex-start">
        <div>
          <Text fw={650}>
            {names[one.name] ?? one.name} · {text.roles[one.role]}
          </Text>
          <Code className={classes.breakable}>{one.label}</Code>
          <Text size="sm">{text.keysUnder(one.keyCount)}</Text>
        </div>
        <Group gap={8} wrap="nowrap">
          <ColorSwatch size={10} withShadow={false} color={`var(--mantine-color-${colors[one.state]}-6)`} />
          <Text fw={650}>{text.states[one.state]}</Text>
        </Group>
      </Group>
      {one.awaySince === null ? null : <Text size="sm">{text.awaySince(momentText(one.awaySince, locale))}</Text>}
    </Card>
  )
}

function DataKeys({ view, words, locale }: Shown) {
  const text = words.keyWords
  const inBackups = keysInBackups(view)
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h3">
        {text.dataKeys}
      </Title>
      {view.dataKeys.length === 0 ? <Text>{text.noKeys}</Text> : null}
      {view.dataKeys.slice(0, 20).map(({ version, custodyKeyId, createdAt, destroyedAt }) => (
        <Card key={version} withBorder padding="md">
          <Text fw={650}>{text.version(version)}</Text>
          <Text size="sm">
            {text.made(momentText(createdAt, locale))}
            {destroyedAt === null ? "" : ` · ${text.destroyed(momentText(destroyedAt, locale))}`}
          </Text>
          <Code className={classes.breakable} display="inline-block" w="fit-content">
            {custodyKeyId}
          </Code>
        </Card>
      ))}
      {inBackups.length === 0 ? null : (
        <Text size="sm" c="dimmed" className={classes.breakable}>
          {text.backups(inBackups.join(", "))}
        </Text>
      )}
    </Stack>
  )
}

function Enrol({ words }: { readonly words: Messages }) {
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h3">
        {words.keyWords.enrol}
      </Title>
      <List type="ordered" spacing="xs" className={classes.prose}>
        {words.keyWords.enrolSteps.map((step) => (
          <List.Item key={step}>{step}</List.Item>
        ))}
      </List>
    </Stack>
  )
}

type ShredProps = Pick<Shown, "view" | "words"> & { readonly put: (view: KeysView) => void }

function Shred({ view, words, put }: ShredProps) {
  const text = words.keyWords
  const [organisation, setOrganisation] = useState("")
  const [password, setPassword] = useState("")
  const [turn, setTurn] = useState(0)
  const shred = async () => {
    put(await keysApi.shred({ organisation, password }))
    setPassword("")
    setOrganisation("")
    setTurn(turn + 1)
  }
  if (view.dataKeys.every(({ destroyedAt }) => destroyedAt !== null)) return null
  return (
    <ConfirmedAct
      key={turn}
      label={text.shred}
      title={text.shredTitle}
      keepLabel={text.keep}
      closeLabel={text.close}
      act={shred}
      explain={(error) => problemText(error, { problems: words.keyProblems })}
    >
      <Text>{text.shredText(view.organisation)}</Text>
      <Text size="sm">{text.shredBackups}</Text>
      <TextInput
        label={`${text.typeName} (${view.organisation})`}
        value={organisation}
        onChange={({ currentTarget }) => setOrganisation(currentTarget.value)}
      />
      <PasswordInput
        label={text.yourPassword}
        autoComplete="current-password"
        value={password}
        onChange={({ currentTarget }) => setPassword(currentTarget.value)}
      />
    </ConfirmedAct>
  )
}

function durationOf(seconds: number, locale: string): string {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : [seconds / 60, "minute"]
  return Math.ceil(value).toLocaleString(locale, { style: "unit", unit, unitDisplay: "long" })
}
