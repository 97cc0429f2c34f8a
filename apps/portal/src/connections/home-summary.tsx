import type { ConnectionSummary, ToDoItem } from "@kalends/protocol/overview"
import { Anchor, Button, Card, List, Stack, Text, Title } from "@mantine/core"
import { useEffect, useState } from "react"
import { connectionsApi } from "../api-connections.ts"
import { Trouble, Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { type ConnectionsProps, whenText } from "./connection-words.ts"
import { connectionsPlaceText } from "./place.ts"

const refreshMs = 15_000

/** For who answers for all connections: is everything well, and if not, the three things to do. */
export function ConnectionsSummary(props: ConnectionsProps & { readonly tellWell: (isWell: boolean) => void }) {
  const { words, tellWell } = props
  const text = words.connections
  const { value, error, reload } = useLoaded<ConnectionSummary>(connectionsApi.summary)
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for as long as the page is open.
  useEffect(() => platform.every(refreshMs, () => void (platform.isHidden() ? null : reload())), [])
  // Of what could not be read nobody knows that it is well.
  const isWell = error === null && (value === null || value.total === 0 || value.isWell)
  useEffect(() => tellWell(isWell), [isWell, tellWell])
  if (error !== null) return <Waiting {...{ error, words }} retry={reload} />
  if (value === null || value.total === 0) return null
  if (value.isWell) return <Text role="status">✓ {text.wellAll(value.total)}</Text>
  const count = value.toDo.length + value.moreCount
  return (
    <Card withBorder padding="lg" role="status" className={classes.finding}>
      <Title order={2} size="h4" mb="sm">
        {text.thingsToDo(count)}
      </Title>
      <List type="ordered" spacing="xs">
        {value.toDo.map((item) => (
          <List.Item key={JSON.stringify(item)}>
            <Item {...props} item={item} reload={reload} />
          </List.Item>
        ))}
      </List>
      {value.moreCount === 0 ? null : (
        <Text size="sm" c="dimmed" mt="xs">
          {text.more(value.moreCount)}
        </Text>
      )}
    </Card>
  )
}

type ItemProps = ConnectionsProps & { readonly item: ToDoItem; readonly reload: () => Promise<void> }

function Item(props: ItemProps) {
  const { item, words } = props
  const { todo, see } = words.connections
  const link = (href: string) => <Anchor href={`#${href}`}>{see}</Anchor>
  const list = (state: "needs-reauth" | "needs-consent" | "unreachable") =>
    link(connectionsPlaceText({ kind: "list", filter: { state } }))
  switch (item.kind) {
    case "tenant-shut":
      return <Shut {...props} item={item} />
    case "tenant-broken":
      return (
        <>
          {todo.broken(item.providerLabel, item.identity)} {link(`organisation/${item.tenantConnectionId}`)}
        </>
      )
    case "secret-ends":
      return (
        <>
          {todo.secret(item.providerLabel, whenText(item.endsAt, props))}{" "}
          {link(connectionsPlaceText({ kind: "forecast" }))}
        </>
      )
    case "reconnect":
      return (
        <>
          {todo.reconnect(item.count)} {list("needs-reauth")}
        </>
      )
    case "consent":
      return (
        <>
          {todo.consent(item.count)} {list("needs-consent")}
        </>
      )
    case "unreachable":
      return (
        <>
          {todo.unreachable(item.count)} {list("unreachable")}
        </>
      )
    case "grants-end":
    case "subscriptions-end":
      return (
        <>
          {todo[item.kind](item.count)} {link(connectionsPlaceText({ kind: "forecast" }))}
        </>
      )
  }
}

function Shut({
  item,
  words,
  canRevoke,
  reload,
}: ItemProps & { readonly item: Extract<ToDoItem, { kind: "tenant-shut" }> }) {
  const text = words.connections
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const reopen = async () => {
    setBusy(true)
    await connectionsApi
      .reopen(item.provider, item.tenantId)
      .then(reload, setError)
      .finally(() => setBusy(false))
  }
  return (
    <Stack gap={6} align="flex-start">
      {text.todo.shut(item.providerLabel, item.tenantId, item.count)}
      <Trouble error={error} words={words} />
      {canRevoke ? (
        <Button size="compact-md" variant="default" loading={isBusy} onClick={() => void reopen()}>
          {text.reopen}
        </Button>
      ) : null}
    </Stack>
  )
}
