import type { ConnectionView } from "@kalends/protocol/api"
import { Dialog } from "@kalends/ui/dialog"
import { relativeTime, spanOf } from "@kalends/ui/words"
import { Button, Card, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { Connect, PasswordForm } from "./connect.tsx"
import { firstContacts } from "./contacts-choice.ts"
import type { Messages } from "./messages.ts"
import classes from "./portal.module.css"
import type { PortalState, PortalStore } from "./store.ts"

type HealthProps = {
  readonly store: PortalStore
  readonly state: PortalState
  readonly connection: ConnectionView
  readonly now: Temporal.Instant
  readonly words: Messages
  readonly locale: string
}

const reconnectable: ReadonlySet<ConnectionView["state"]> = new Set(["needs-reauth", "needs-consent", "disabled"])

/** The connection: its state in a word and a colour, the facts, and what can be done. */
export function Health({ store, state, connection, now, words, locale }: HealthProps) {
  const [isAsking, ask] = useState(false)
  const [isTyping, type] = useState(false)
  const [isChanging, change] = useState(false)
  const { provider: name, permission } = connection
  const provider = state.service?.providers.find((one) => one.name === name)
  const isBroken = reconnectable.has(connection.state)
  const contacts = firstContacts(state.contactsChoice, connection.contacts ?? "none")
  const reconnect = () =>
    provider?.signIn === "password"
      ? type(true)
      : void store.connect({ signIn: "oauth", provider: name, permission, contacts })
  return (
    <>
      <Card withBorder padding="lg" component="section" aria-label={words.calendar}>
        <Stack>
          <State connection={connection} now={now} words={words} locale={locale} />
          <Actions
            {...{ store, state, words, isBroken, isChanging, reconnect }}
            change={() => change(!isChanging)}
            disconnect={() => ask(true)}
          />
          <Facts connection={connection} now={now} words={words} locale={locale} />
        </Stack>
        <DisconnectDialog
          store={store}
          connection={connection}
          words={words}
          isAsking={isAsking}
          close={() => ask(false)}
        />
      </Card>
      {isTyping && isBroken && provider !== undefined ? (
        <PasswordForm
          provider={provider}
          permission={permission}
          contacts={contacts}
          store={store}
          state={state}
          words={words}
        />
      ) : null}
      {isChanging && !isBroken ? <Connect store={store} state={state} words={words} known={connection} /> : null}
    </>
  )
}

type FactsProps = Pick<HealthProps, "connection" | "now" | "words" | "locale">

/** What somebody who only wants it to work looks for: a tick, and how fresh it is. */
function State({ connection, now, words, locale }: FactsProps) {
  const { state, lastChangeAt, lastOkAt, providerLabel, subjectEmail } = connection
  const ago = (at: string) => relativeTime(Temporal.Instant.from(at), now, locale)
  const fresh =
    lastChangeAt !== null ? words.changedAgo(ago(lastChangeAt)) : lastOkAt !== null ? words.readAgo(ago(lastOkAt)) : ""
  return (
    <div>
      <div className={classes.state} role="status">
        <span className={classes.mark} data-state={state} data-meaning aria-hidden>
          {marks[state]}
        </span>
        <span>
          {words.states[state]}
          {state === "healthy" ? `${words.stop}${fresh}` : ""}
        </span>
      </div>
      <Text c="dimmed" className={classes.besideMark}>
        {subjectEmail === null ? providerLabel : `${providerLabel} · ${subjectEmail}`}
      </Text>
    </div>
  )
}

/** The state without its colour. */
const marks: Readonly<Record<ConnectionView["state"], string>> = {
  healthy: "✓",
  connecting: "…",
  unreachable: "!",
  "needs-reauth": "!",
  "needs-consent": "!",
  disabled: "!",
}

type ActionProps = Pick<HealthProps, "store" | "state" | "words"> & {
  readonly isBroken: boolean
  readonly isChanging: boolean
  readonly reconnect: () => void
  readonly change: () => void
  readonly disconnect: () => void
}

/** What can be done with the connection, what helps most first. */
function Actions({ store, state, words, isBroken, isChanging, reconnect, change, disconnect }: ActionProps) {
  return (
    <Group mt="xs">
      {isBroken ? (
        <Button size="md" disabled={state.isBusy} onClick={reconnect}>
          {words.reconnect}
        </Button>
      ) : null}
      <Button
        size="md"
        variant={isBroken ? "default" : "filled"}
        disabled={state.isBusy}
        onClick={() => void store.openAgenda()}
      >
        {words.openAgenda}
      </Button>
      {isBroken ? null : (
        <Button size="md" variant="default" aria-expanded={isChanging} onClick={change}>
          {words.changePermissions}
        </Button>
      )}
      <Button size="md" variant="subtle" color="red" onClick={disconnect}>
        {words.disconnect}
      </Button>
    </Group>
  )
}

type DialogProps = Pick<HealthProps, "store" | "connection" | "words"> & {
  readonly isAsking: boolean
  readonly close: () => void
}

function DisconnectDialog({ store, connection, words, isAsking, close }: DialogProps) {
  return (
    <Dialog isOpen={isAsking} close={close} title={words.disconnectTitle} closeLabel={words.cancel}>
      <Stack>
        <Text>{words.disconnectText}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {words.cancel}
          </Button>
          <Button
            color="red.9"
            onClick={() => {
              close()
              void store.remove(connection.connectionId)
            }}
          >
            {words.disconnect}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}

/** What somebody who answers for it looks for. */
function Facts({ connection, now, words, locale }: FactsProps) {
  const ago = (at: string | null) => (at === null ? null : relativeTime(Temporal.Instant.from(at), now, locale))
  const expires = ago(connection.grantExpiresAt)
  const facts: readonly (readonly [string, string | null])[] = [
    [words.permissionIs, connection.permission === "read" ? words.read : words.readWrite],
    [words.contactsAre, words.contactsChoices[connection.contacts ?? "none"]],
    [words.lastChange, ago(connection.lastChangeAt) ?? words.never],
    [words.lastOk, ago(connection.lastOkAt) ?? words.never],
    [words.hears, words[connection.hears]],
    [words.bound, words.boundAfter(spanOf(connection.stalenessBoundSeconds, locale))],
    [words.renewal, ago(connection.nextRenewalAt)],
    [words.grant, expires === null ? null : `${expires} (${words.grantUnused})`],
  ]
  return (
    <details className={classes.details}>
      <summary>{words.details}</summary>
      <dl className={classes.facts}>
        {facts.flatMap(([name, value]) =>
          value === null ? [] : [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{value}</dd>],
        )}
      </dl>
    </details>
  )
}
