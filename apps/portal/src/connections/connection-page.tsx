import { isProblemKind } from "@kalends/domain/problem"
import type { ConnectionDetail, ConnectionOverview } from "@kalends/protocol/overview"
import { spanOf } from "@kalends/ui/words"
import { Anchor, Button, Stack, Text, Title } from "@mantine/core"
import { connectionsApi } from "../api-connections.ts"
import { addressOfChoice } from "../audit-filter.ts"
import { type Fact, Facts } from "../facts.tsx"
import { momentText } from "../moment.ts"
import { Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { type ConnectionsProps, stateText, whenText } from "./connection-words.ts"
import { ConnectionsFrame } from "./frame.tsx"
import { connectionsPlaceText } from "./place.ts"

type OneProps = ConnectionsProps & { readonly connectionId: string; readonly canReadLog: boolean }

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
  const { words, row, locale } = props
  const text = words.connections
  const at = (name: string, instant: string | null, more = ""): Fact => {
    const value = `${more}${whenText(instant, props)}`
    return instant === null ? [name, value] : [name, value, momentText(instant, locale)]
  }
  return (
    <Facts
      facts={[
        [text.state, stateText(row, words)],
        ...(row.problem === null ? [] : troubleFacts(row.problem, props)),
        [text.provider, row.providerLabel],
        [text.tenant, row.tenantId ?? "–"],
        [text.permission, text.permissions[row.permission]],
        [words.contactsAre, words.contactsChoices[row.contacts ?? "none"]],
        at(text.lastChange, row.lastChangeAt),
        at(text.lastPass, row.lastPassAt),
        [words.bound, words.boundAfter(spanOf(row.stalenessBoundSeconds, locale))],
        at(text.nextRenewal, row.nextRenewalAt, `${text.hears[row.hears]} · `),
        at(text.grantEnds, row.grantEndsAt),
      ]}
    />
  )
}

/** What is wrong, and what becomes of it; then what the person themselves is told of it. */
function troubleFacts({ kind, code, at }: NonNullable<FactsProps["row"]["problem"]>, props: FactsProps): Fact[] {
  const { words, locale } = props
  const text = words.connections
  const told = code === null ? undefined : words.problems[code]
  const since = `${whenText(at, props)} · ${momentText(at, locale)}`
  return [
    [text.problem, isProblemKind(kind) ? text.troubles[kind] : kind, since],
    ...(told === undefined ? [] : [[text.personIsTold, told] as const]),
  ]
}

function Timeline({
  words,
  locale,
  entries,
  connectionId,
  canReadLog,
}: OneProps & { readonly entries: ConnectionDetail["timeline"] }) {
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
              {by ?? text.service} · {words.auditLog.reasonOf(reason)} · {momentText(at, locale)}
            </Text>
          </li>
        ))}
      </ul>
      {canReadLog ? (
        <Anchor href={`#${addressOfChoice({ subject: connectionId })}`} w="fit-content">
          {text.toLog}
        </Anchor>
      ) : null}
    </Stack>
  )
}
