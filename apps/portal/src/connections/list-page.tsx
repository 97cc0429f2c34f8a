import { connectionStates } from "@kalends/domain/connection"
import type { ConnectionListQuery, ConnectionOverview, ConnectionSummary } from "@kalends/protocol/overview"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Anchor, Button, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "../api.ts"
import { connectionsApi } from "../api-connections.ts"
import { problemText } from "../api-problem.ts"
import { PageFrame } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { useSettled } from "../use-settled.ts"
import { type ConnectionsProps, dotOf, stateText, whenText } from "./connection-words.ts"
import { connectionsPlaceText } from "./place.ts"

type ListProps = ConnectionsProps & { readonly filter: ConnectionListQuery }

const idOf = ({ connectionId }: ConnectionOverview) => connectionId

/** All of them, narrowed down by what stands in the address. */
export function ConnectionList(props: ListProps) {
  const { words, filter, canRevoke } = props
  const text = words.connections
  const summary = useLoaded<ConnectionSummary>(connectionsApi.summary)
  const read = async (after: string | null) => {
    const page = await connectionsApi.page(after === null ? filter : { ...filter, after })
    return { rows: page.connections, next: page.after }
  }
  const loader = usePages(idOf, { read }, JSON.stringify(filter))
  return (
    <PageFrame
      title={text.title}
      text={text.text}
      action={
        <Group>
          <Button component="a" href={`#${connectionsPlaceText({ kind: "forecast" })}`} variant="default">
            {text.forecast}
          </Button>
          <Button component="a" href={`#${connectionsPlaceText({ kind: "revocations" })}`} variant="default">
            {text.revocations}
          </Button>
        </Group>
      }
    >
      <Filters {...props} summary={summary.value} />
      {canRevoke ? <RevokeLinks filter={filter} words={words} /> : null}
      {summary.value === null ? null : <Text c="dimmed">{text.count(summary.value.total)}</Text>}
      <VirtualList
        label={text.title}
        loader={loader}
        idOf={idOf}
        columns={columnsOf(props)}
        empty={<Text>{text.noConnections}</Text>}
        words={words}
        explain={(error) => problemText(error, words)}
        open={({ connectionId }) => platform.goToPlace(connectionsPlaceText({ kind: "one", connectionId }))}
      />
    </PageFrame>
  )
}

function columnsOf(props: ConnectionsProps): readonly Column<ConnectionOverview>[] {
  const { words } = props
  const text = words.connections
  return [
    {
      ...{ key: "person", title: text.person, width: "minmax(0, 1.6fr)", onCard: "title" },
      cell: ({ connectionId, displayName, email }) => (
        <div className={classes.breakable}>
          <Anchor href={`#${connectionsPlaceText({ kind: "one", connectionId })}`} inherit>
            {displayName}
          </Anchor>
          <Text size="sm" fw={400} c="dimmed">
            {email}
          </Text>
        </div>
      ),
    },
    {
      ...{ key: "state", title: text.state, onCard: "named" },
      cell: (row) => (
        <Group gap={6} wrap="nowrap" display="inline-flex">
          <span className={classes.dot} data-state={dotOf(row)} aria-hidden />
          {stateText(row, words)}
        </Group>
      ),
    },
    { key: "provider", title: text.provider, onCard: "named", cell: ({ providerLabel }) => providerLabel },
    { key: "change", title: text.lastChange, onCard: "named", cell: (row) => whenText(row.lastChangeAt, props) },
  ]
}

function Filters({ words, filter, summary }: ListProps & { readonly summary: ConnectionSummary | null }) {
  const text = words.connections
  const groups = useLoaded(api.groups)
  const [search, setSearch] = useState(filter.search ?? "")
  const settled = useSettled(search).trim()
  const go = (change: ConnectionListQuery) =>
    platform.goToPlace(connectionsPlaceText({ kind: "list", filter: { ...filter, ...change } }))
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed goes into the address once typing has paused.
  useEffect(() => {
    if (settled !== (filter.search ?? "")) go({ search: settled === "" ? undefined : settled })
  }, [settled])
  const any = { value: "", label: text.all }
  return (
    <Stack gap="sm">
      <TextInput
        type="search"
        autoComplete="off"
        maxLength={120}
        label={text.find}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <SimpleGrid cols={{ base: 2, md: 3 }} spacing="sm">
        <NativeSelect
          label={text.state}
          value={filter.state ?? ""}
          data={[any, ...connectionStates.map((value) => ({ value, label: words.states[value] ?? value }))]}
          onChange={({ currentTarget: { value } }) => go({ state: connectionStates.find((one) => one === value) })}
        />
        <NativeSelect
          label={text.provider}
          value={filter.provider ?? ""}
          data={[any, ...providersOf(summary)]}
          onChange={({ currentTarget: { value } }) => go({ provider: value || undefined })}
        />
        <NativeSelect
          label={text.group}
          value={filter.group ?? ""}
          data={[any, ...(groups.value?.groups ?? []).map(({ groupId, name }) => ({ value: groupId, label: name }))]}
          onChange={({ currentTarget: { value } }) => go({ group: value || undefined })}
        />
        <NativeSelect
          label={text.tenant}
          value={filter.tenant ?? ""}
          data={[any, ...(summary?.tenants ?? []).map(({ tenantId }) => ({ value: tenantId, label: tenantId }))]}
          onChange={({ currentTarget: { value } }) => go(tenantChosen(summary, value))}
        />
        <NativeSelect
          label={text.endsSoon}
          value={filter.endsWithinDays === undefined ? "" : "30"}
          data={[any, { value: "30", label: text.within30 }]}
          onChange={({ currentTarget: { value } }) => go({ endsWithinDays: value === "" ? undefined : 30 })}
        />
      </SimpleGrid>
    </Stack>
  )
}

/** A tenant is one of its service: both are chosen together. */
function tenantChosen(summary: ConnectionSummary | null, tenantId: string): ConnectionListQuery {
  const found = summary?.tenants.find((one) => one.tenantId === tenantId)
  return { tenant: found?.tenantId, provider: found?.provider }
}

function providersOf(summary: ConnectionSummary | null) {
  const labels = new Map((summary?.counts ?? []).map(({ provider, providerLabel }) => [provider, providerLabel]))
  return [...labels].map(([value, label]) => ({ value, label }))
}

/** What is chosen can be revoked as a whole where it is a group or an organisation. */
function RevokeLinks({ filter, words }: Pick<ListProps, "filter" | "words">) {
  const text = words.connections
  const { group, tenant, provider } = filter
  const link = (label: string, address: string) => (
    <Button component="a" href={`#${address}`} variant="default" color="red">
      {label}
    </Button>
  )
  const ofGroup = group === undefined ? null : ({ kind: "revoke", scope: { kind: "group", groupId: group } } as const)
  const ofTenant =
    tenant === undefined || provider === undefined
      ? null
      : ({ kind: "revoke", scope: { kind: "tenant", provider, tenantId: tenant } } as const)
  if (ofGroup === null && ofTenant === null) return null
  return (
    <Group>
      {ofGroup === null ? null : link(text.revokeGroup, connectionsPlaceText(ofGroup))}
      {ofTenant === null ? null : link(text.revokeTenant, connectionsPlaceText(ofTenant))}
    </Group>
  )
}
