import { Button, Card, Group, Modal, Stack, Text } from "@mantine/core"
import { useState } from "react"
import type { ConnectionView } from "@kalends/protocol/api"
import { type Language, relativeTime, spanOf } from "@kalends/ui/words"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import type { PortalState, PortalStore } from "./store.ts"

type HealthProps = { readonly store: PortalStore; readonly state: PortalState; readonly connection: ConnectionView; readonly now: Temporal.Instant; readonly words: Messages; readonly language: Language }

const reconnectable: readonly ConnectionView["state"][] = ["needs-reauth", "needs-consent", "disabled"]

/** The connection: its state in a word and a colour, what that means, and what can be done. */
export function Health({ store, state, connection, now, words, language }: HealthProps) {
  const [isAsking, ask] = useState(false)
  const fix = words.problems[connection.problem?.code ?? ""] ?? words.stateFix[connection.state] ?? ""
  const isOAuth = state.service?.providers.find(({ name }) => name === connection.provider)?.signIn === "oauth"
  return (
    <Card withBorder padding="lg" component="section" aria-label={words.calendar}>
      <Stack>
        <div className={classes.state} role="status">
          <span className={classes.dot} data-state={connection.state} aria-hidden />
          {words.states[connection.state]} · {connection.providerLabel}
        </div>
        {fix === "" ? null : <Text>{fix}</Text>}
        <Facts connection={connection} now={now} words={words} language={language} />
        <Group>
          <Button size="md" loading={state.isBusy} onClick={() => void store.openAgenda()}>{words.openAgenda}</Button>
          {reconnectable.includes(connection.state) && isOAuth ? (
            <Button size="md" variant="default" onClick={() => void store.connect({ signIn: "oauth", provider: connection.provider, permission: connection.permission })}>{words.reconnect}</Button>
          ) : null}
          <Button size="md" variant="subtle" color="red" onClick={() => ask(true)}>{words.disconnect}</Button>
        </Group>
      </Stack>
      <Modal opened={isAsking} onClose={() => ask(false)} title={words.disconnectTitle} closeButtonProps={{ "aria-label": words.cancel }} transitionProps={{ duration: 0 }}>
        <Stack>
          <Text>{words.disconnectText}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => ask(false)} data-autofocus>{words.cancel}</Button>
            <Button
              color="red"
              onClick={() => {
                ask(false)
                void store.remove(connection.connectionId)
              }}
            >
              {words.disconnect}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Card>
  )
}

function Facts({ connection, now, words, language }: Pick<HealthProps, "connection" | "now" | "words" | "language">) {
  const ago = (at: string | null) => (at === null ? words.never : relativeTime(Temporal.Instant.from(at), now, platform.locale))
  const facts: readonly (readonly [string, string | null])[] = [
    [words.email, connection.subjectEmail],
    [words.permissionIs, connection.permission === "read" ? words.read : words.readWrite],
    [words.lastChange, ago(connection.lastChangeAt)],
    [words.lastOk, ago(connection.lastOkAt)],
    [words.hears, words[connection.hears]],
    [words.bound, spanOf(connection.stalenessBoundSeconds, platform.locale)],
    [words.renewal, connection.nextRenewalAt === null ? null : ago(connection.nextRenewalAt)],
    [words.grant, connection.grantExpiresAt === null ? null : `${ago(connection.grantExpiresAt)} (${words.grantUnused})`],
  ]
  return (
    <dl className={classes.facts}>
      {facts.flatMap(([name, value]) => (value === null ? [] : [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{value}</dd>]))}
    </dl>
  )
}
