import { Alert, Anchor, Button, Group, Loader, NativeSelect, Paper, Stack, Switch, Text, Title } from "@mantine/core"
import { type ReactNode, useSyncExternalStore } from "react"
import type { Words } from "./messages.ts"
import type { Pane, PaneState } from "./pane.ts"
import { browser } from "./platform/browser.ts"

type Shown = { readonly pane: Pane; readonly state: PaneState; readonly words: Words }

/** The task pane: 320 pixels wide on most Outlooks, one thing below the other. */
export function PaneScreen({ pane }: { readonly pane: Pane }) {
  const state = useSyncExternalStore(pane.subscribe, () => pane.state)
  const { words } = pane
  const shown = { pane, state, words }
  return (
    <Stack component="main" p="md" gap="md">
      {/* The place where things are told is there before anything is, and takes no room until then. */}
      <div>
        <Title order={1} size="h4">
          {words.title}
        </Title>
        <div role="status">
          {state.notice !== null && (
            <Text size="sm" mt="xs">
              {state.notice}
            </Text>
          )}
        </div>
      </div>
      {state.problem !== null && (
        <Alert color="red" role="alert">
          <Stack gap="xs" align="start">
            {state.problem}
            {state.phase === "loading" && (
              <Button size="xs" variant="default" onClick={() => void pane.open()}>
                {words.again}
              </Button>
            )}
          </Stack>
        </Alert>
      )}
      <Phase {...shown} />
      <Text size="xs" c="dimmed">
        {words.privacy}
      </Text>
    </Stack>
  )
}

function Phase(shown: Shown) {
  const { state, words } = shown
  if (state.phase === "no-event") return <Text>{words.noEvent}</Text>
  if (state.phase === "signed-out") return <SignedOut {...shown} />
  if (state.phase === "code") return <Code {...shown} />
  if (state.phase === "ready") return <Ready {...shown} />
  if (state.problem !== null) return null
  return (
    <Group gap="sm">
      <Loader size="sm" />
      <Text>{words.loading}</Text>
    </Group>
  )
}

function SignedOut({ pane, state, words }: Shown) {
  return (
    <Stack gap="sm">
      <Text>{words.signInText}</Text>
      <Button fullWidth loading={state.busy === "signing-in"} onClick={() => void pane.signIn()}>
        {words.signIn}
      </Button>
    </Stack>
  )
}

function Code({ pane, state: { code }, words }: Shown) {
  if (code === null)
    return (
      <Button fullWidth onClick={() => void pane.askForCode()}>
        {words.codeAgain}
      </Button>
    )
  return (
    <Stack gap="sm">
      <Text>{words.codeText}</Text>
      <Text size="xl" fw={650} ta="center" ff="monospace" lts="0.12em" data-code>
        {code.code}
      </Text>
      <Button fullWidth variant="default" onClick={() => browser.open(`${browser.origin()}/#tools`)}>
        {words.codeOpen}
      </Button>
      <Group gap="xs">
        <Loader size="xs" />
        <Text size="sm" c="dimmed">
          {words.codeWaiting}
        </Text>
      </Group>
    </Stack>
  )
}

function Ready(shown: Shown) {
  const { state, words } = shown
  if (state.settings?.isOn === false) return <Alert color="yellow">{words.off}</Alert>
  return (
    <>
      {state.owner !== null && <Owner {...shown} owner={state.owner} />}
      {state.meeting === null ? <Empty {...shown} /> : <Full {...shown} />}
      <Settings {...shown} />
      <Limits {...shown} />
      <Text size="xs" c="dimmed">
        {words.signedInAs(state.settings?.person.displayName ?? "")}
      </Text>
    </>
  )
}

/** By the addresses that people sign in with. The service also knows those of their mailboxes, and it decides. */
const isKnownHost = ({ settings, owner }: PaneState) =>
  owner === null ||
  settings?.mayScheduleFor.some(({ email }) => email.toLowerCase() === owner.toLowerCase()) === true ||
  settings?.person.email.toLowerCase() === owner.toLowerCase()

function Owner({ state, words, owner }: Shown & { readonly owner: string }): ReactNode {
  if (isKnownHost(state)) return <Text size="sm">{words.forWhom(owner)}</Text>
  // What the service has just said of it stands above.
  return state.problem === null ? <Alert color="yellow">{words.forUnknown(owner)}</Alert> : null
}

function Empty({ pane, state, words }: Shown) {
  return (
    <Button
      fullWidth
      size="md"
      loading={state.busy === "adding"}
      disabled={state.busy !== null}
      onClick={() => void pane.add()}
    >
      {words.add}
    </Button>
  )
}

function Full({ pane, state, words }: Shown) {
  const { meeting } = state
  if (meeting === null) return null
  const copy = () => void browser.copy(meeting.joinUrl).then(() => pane.say(words.copied))
  return (
    <Paper withBorder p="sm">
      <Stack gap="sm">
        <Text fw={600}>{words.added}</Text>
        <Anchor
          size="sm"
          href={meeting.joinUrl}
          target="_blank"
          rel="noopener noreferrer"
          style={{ wordBreak: "break-all" }}
        >
          {meeting.joinUrl}
        </Anchor>
        <Button variant="default" onClick={copy}>
          {words.copy}
        </Button>
        <Button variant="default" loading={state.busy === "updating"} onClick={() => void pane.follow()}>
          {words.update}
        </Button>
        {state.isSure ? (
          <Sure pane={pane} state={state} words={words} />
        ) : (
          <Button variant="subtle" color="red" loading={state.busy === "removing"} onClick={() => pane.beSure(true)}>
            {words.remove}
          </Button>
        )}
      </Stack>
    </Paper>
  )
}

function Sure({ pane, words }: Shown) {
  return (
    <Stack gap="xs" role="group" aria-label={words.remove}>
      <Text size="sm">{words.removeSure}</Text>
      <Group grow gap="xs">
        <Button color="red" onClick={() => void pane.remove()}>
          {words.removeYes}
        </Button>
        <Button variant="default" onClick={() => pane.beSure(false)}>
          {words.removeNo}
        </Button>
      </Group>
    </Stack>
  )
}

function Settings({ pane, state, words }: Shown) {
  const { settings } = state
  if (settings === null) return null
  const { templates, defaults } = settings
  const options = [
    { value: "", label: words.templateOwn },
    ...templates.map(({ templateId, name }) => ({ value: templateId, label: name })),
  ]
  const canBeAll = !state.missing.includes("every-new-event")
  return (
    <Stack gap="sm">
      {templates.length > 0 && (
        <NativeSelect
          label={words.template}
          data={options}
          value={defaults.templateId ?? ""}
          disabled={state.busy !== null}
          onChange={({ currentTarget: { value } }) => void pane.choose({ templateId: value === "" ? null : value })}
        />
      )}
      {canBeAll && (
        <Switch
          label={words.everyEvent}
          checked={defaults.addsToEveryEvent}
          disabled={state.busy !== null}
          onChange={({ currentTarget: { checked } }) => void pane.choose({ addsToEveryEvent: checked })}
        />
      )}
    </Stack>
  )
}

function Limits({ state, words }: Shown) {
  if (state.missing.length === 0) return null
  return (
    <section aria-label={words.limits}>
      <Text size="sm" fw={600}>
        {words.limits}
      </Text>
      <ul style={{ margin: 0, paddingInlineStart: "1.2rem" }}>
        {state.missing.map((feature) => (
          <Text component="li" size="sm" key={feature}>
            {words.lacking[feature]}
          </Text>
        ))}
      </ul>
    </section>
  )
}
