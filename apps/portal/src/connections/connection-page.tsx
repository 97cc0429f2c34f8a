import type { ConnectionDetail, ConnectionOverview } from "@kalends/protocol/overview"
import { Button, Stack, Table, Text, Title } from "@mantine/core"
import { connectionsApi } from "../api-connections.ts"
import { Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { type ConnectionsProps, stateText, whenText } from "./connection-words.ts"
import { ConnectionsFrame } from "./frame.tsx"
import { connectionsPlaceText } from "./place.ts"

type OneProps = ConnectionsProps & { readonly connectionId: string }

/** One connection: how it is, and what happened to it. */
export function ConnectionPage(props: OneProps) {
  const { words, connectionId, canRevoke } = props
  const { value, error, reload } = useLoaded<ConnectionDetail>(() => connectionsApi.detail(connectionId), connectionId)
  if (value === null || value.connection.connectionId !== connectionId)
    return (
      <ConnectionsFrame title={words.connections.title} words={words}>
        <Waiting error={error} words={words} retry={reload} />
      </ConnectionsFrame>
    )
  const scope = { kind: "connection", connectionId } as const
  return (
    <ConnectionsFrame
      title={value.connection.displayName}
      text={value.connection.email}
      words={words}
      action={
        canRevoke ? (
          <Button
            component="a"
            color="red"
            variant="default"
            href={`#${connectionsPlaceText({ kind: "revoke", scope })}`}
          >
            {words.connections.revokeOne}
          </Button>
        ) : undefined
      }
    >
      <ConnectionFacts {...props} row={value.connection} />
      <Timeline {...props} entries={value.timeline} />
    </ConnectionsFrame>
  )
}

type FactsProps = Omit<ConnectionsProps, "canRevoke"> & { readonly row: ConnectionOverview }

/** How a connection is, a line each. */
export function ConnectionFacts(props: FactsProps) {
  const { words, row } = props
  const text = words.connections
  const code = row.problem?.code ?? null
  const problem = row.problem === null ? null : ((code === null ? undefined : words.problems[code]) ?? row.problem.kind)
  const facts: readonly (readonly [string, string])[] = [
    [text.state, stateText(row, words)],
    ...(problem === null ? [] : [[text.problem, problem] as const]),
    [text.provider, row.providerLabel],
    [text.tenant, row.tenantId ?? "–"],
    [text.permission, text.permissions[row.permission]],
    [text.lastChange, whenText(row.lastChangeAt, props)],
    [text.lastPass, `${whenText(row.lastPassAt, props)} · ${text.bound(Math.ceil(row.stalenessBoundSeconds / 60))}`],
    [text.nextRenewal, `${text.hears[row.hears]} · ${whenText(row.nextRenewalAt, props)}`],
    [text.grantEnds, whenText(row.grantEndsAt, props)],
  ]
  return (
    <Table withRowBorders>
      <Table.Tbody>
        {facts.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="40%">
              {name}
            </Table.Th>
            <Table.Td className={classes.breakable}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Timeline({ words, locale, now, entries }: OneProps & { readonly entries: ConnectionDetail["timeline"] }) {
  const text = words.connections
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {text.timeline}
      </Title>
      <ul className={classes.people}>
        {entries.map(({ sequence, at, action, reason, by }) => (
          <li key={sequence} className={classes.entry}>
            <Text fw={600}>{words.auditLog.actions[action]}</Text>
            <Text size="sm">
              {by ?? text.service} · {words.auditLog.reasonOf(reason)} · {whenText(at, { words, locale, now })}
            </Text>
          </li>
        ))}
      </ul>
    </Stack>
  )
}
