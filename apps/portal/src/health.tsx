import type { ConnectionView } from "@kalends/protocol/api"
import { Dialog } from "@kalends/ui/dialog"
import { relativeTime, spanOf } from "@kalends/ui/words"
import { Button, Card, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { PasswordForm } from "./connect.tsx"
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
  const { provider: name, permission } = connection
  const provider = state.service?.providers.find((one) => one.name === name)
  const isBroken = reconnectable.has(connection.state)
  const reconnect = () =>
    provider?.signIn === "password" ? type(true) : void store.connect({ signIn: "oauth", provider: name, permission })
  return (
    <>
      <Card withBorder padding="lg" component="section" aria-label={words.calendar}>
        <Stack>
          <div className={classes.state} role="status">
            <span className={classes.dot} data-state={connection.state} data-meaning aria-hidden />
            {words.states[connection.state]} · {connection.providerLabel}
          </div>
          <Facts connection={connection} now={now} words={words} locale={locale} />
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
            <Button size="md" variant="subtle" color="red" onClick={() => ask(true)}>
              {words.disconnect}
            </Button>
          </Group>
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
        <PasswordForm provider={provider} permission={permission} store={store} state={state} words={words} />
      ) : null}
    </>
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

function Facts({ connection, now, words, locale }: Pick<HealthProps, "connection" | "now" | "words" | "locale">) {
  const ago = (at: string | null) => (at === null ? null : relativeTime(Temporal.Instant.from(at), now, locale))
  const expires = ago(connection.grantExpiresAt)
  const facts: readonly (readonly [string, string | null])[] = [
    [words.mailbox, connection.subjectEmail],
    [words.permissionIs, connection.permission === "read" ? words.read : words.readWrite],
    [words.lastChange, ago(connection.lastChangeAt) ?? words.never],
    [words.lastOk, ago(connection.lastOkAt) ?? words.never],
    [words.hears, words[connection.hears]],
    [words.bound, words.boundAfter(spanOf(connection.stalenessBoundSeconds, locale))],
    [words.renewal, ago(connection.nextRenewalAt)],
    [words.grant, expires === null ? null : `${expires} (${words.grantUnused})`],
  ]
  return (
    <dl className={classes.facts}>
      {facts.flatMap(([name, value]) =>
        value === null ? [] : [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{value}</dd>],
      )}
    </dl>
  )
}
