import type { Ability } from "@kalends/domain/ability"
import type { ServiceView, UserView } from "@kalends/protocol/api"
import type { OwnPolicyView } from "@kalends/protocol/policy"
import { Anchor, List, Stack, Text, Title } from "@mantine/core"
import { Suspense, useState } from "react"
import { policyApi } from "./api-policy.ts"
import { Connect } from "./connect.tsx"
import { ConnectionsSummary } from "./connections/home-summary.tsx"
import { Health } from "./health.tsx"
import { HealthStrip } from "./health-strip.tsx"
import { homeView, type ToDo } from "./home.ts"
import { later } from "./later.ts"
import type { Messages } from "./messages.ts"
import { OwnNotice } from "./policy/own-notice.tsx"
import type { PortalState, PortalStore } from "./store.ts"
import { useLoaded } from "./use-loaded.ts"

const HomeTroubles = later(async () => (await import("./rooms/home-troubles.tsx")).HomeTroubles)

export type HomeProps = {
  readonly store: PortalStore
  readonly state: PortalState
  readonly user: UserView
  readonly words: Messages
  readonly locale: string
  readonly now: Temporal.Instant
}

/** Is everything well, and if not, what is there to do? Then the connection, or how to make one. */
export function Home({ store, state, user, words, locale, now }: HomeProps) {
  const { service, connection } = state
  const { value: policy } = useLoaded<OwnPolicyView>(policyApi.own, connection?.connectionId ?? "")
  const { isWell, toDo } = homeView({ user, service, connection, now })
  // What the organisation needs is told below; then not everything is well.
  const [areConnectionsWell, tellConnections] = useState(true)
  const [areRoomsWell, tellRooms] = useState(true)
  // What is not one's own opens after the second step alone: before it, nothing is asked for that would be refused.
  const sees = (ability: Ability) => user.abilities.includes(ability) && state.signIn?.secondFactor !== "wanted"
  const isBlind = user.abilities.includes("read-connections") && !sees("read-connections")
  const consents = (service?.providers ?? []).filter((provider) => provider.hasAdminConsent && provider.isConfigured)
  return (
    <Stack gap="xl">
      <Stack gap="xs">
        <Title order={1}>
          {isWell && (isBlind || !(areConnectionsWell && areRoomsWell)) ? words.ownWell : headline(isWell, toDo, words)}
        </Title>
        <ToDoList toDo={toDo} words={words} />
        {sees("read-figures") ? <HealthStrip words={words} locale={locale} /> : null}
      </Stack>
      {connection === null && policy !== null ? <OwnNotice {...{ policy, words, locale, now }} /> : null}
      {sees("read-connections") ? (
        <ConnectionsSummary
          {...{ words, locale, now }}
          tellWell={tellConnections}
          canRevoke={user.abilities.includes("revoke-connections")}
        />
      ) : null}
      {sees("read-rooms") ? (
        <Suspense fallback={null}>
          <HomeTroubles {...{ words, locale, now }} tellWell={tellRooms} />
        </Suspense>
      ) : null}
      {connection === null ? (
        <Connect store={store} state={state} words={words} policy={policy} />
      ) : (
        <Health store={store} state={state} connection={connection} now={now} words={words} locale={locale} />
      )}
      {user.abilities.includes("change-organisation") && consents.length > 0 ? (
        <AdminConsent providers={consents} words={words} />
      ) : null}
    </Stack>
  )
}

function headline(isWell: boolean, toDo: readonly ToDo[], words: Messages): string {
  if (isWell) return words.allWell
  if (toDo.every(({ kind }) => kind === "connect")) return words.connectFirst
  if (toDo.every(({ kind }) => kind === "wait")) return words.waiting
  return words.thingsToDo(toDo.length)
}

function ToDoList({ toDo, words }: { readonly toDo: readonly ToDo[]; readonly words: Messages }) {
  const textOf = (item: ToDo) =>
    ("code" in item && item.code !== null ? words.problems[item.code] : undefined) ?? words.toDo[item.kind]
  const [only] = toDo
  if (only === undefined) return null
  if (toDo.length === 1)
    return (
      <Text size="lg" role="status">
        {textOf(only)}
      </Text>
    )
  return (
    <List type="ordered" size="lg" role="status">
      {toDo.map((item) => (
        <List.Item key={item.kind}>{textOf(item)}</List.Item>
      ))}
    </List>
  )
}

function AdminConsent({
  providers,
  words,
}: {
  readonly providers: ServiceView["providers"]
  readonly words: Messages
}) {
  return (
    <section>
      <Title order={2} size="h4">
        {words.adminConsent}
      </Title>
      {providers.map(({ name, label }) => (
        <Text key={name}>
          {words.adminConsentText(label)}{" "}
          <Anchor href={`/v1/consent/${name}`} inherit>
            {words.adminConsentOpen(label)}
          </Anchor>
        </Text>
      ))}
    </section>
  )
}
