import type { RevocationSteps, RevocationView } from "@kalends/protocol/revocations"
import { usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Alert, Button, Progress, Table, Text } from "@mantine/core"
import { useEffect } from "react"
import { connectionsApi, reportUrl } from "../api-connections.ts"
import { problemText } from "../api-problem.ts"
import { momentText } from "../moment.ts"
import { Trouble, Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import { useLoaded } from "../use-loaded.ts"
import type { ConnectionsProps } from "./connection-words.ts"
import { ConnectionsFrame } from "./frame.tsx"

type RevocationProps = ConnectionsProps & { readonly revocationId: string }
type Step = RevocationSteps["steps"][number]

const everyMs = 2_000
const idOf = ({ connectionId }: Step) => connectionId

/** How far a revocation is, and what was done for each person. */
export function RevocationPage(props: RevocationProps) {
  const { words, revocationId, locale } = props
  const text = words.connections
  const { value, error, reload } = useLoaded<RevocationView>(
    () => connectionsApi.revocation(revocationId),
    revocationId,
  )
  const isDone = value?.state === "done"
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for as long as it is worked on.
  useEffect(
    () => (isDone ? undefined : platform.every(everyMs, () => void (platform.isHidden() ? null : reload()))),
    [isDone],
  )
  if (value === null)
    return (
      <ConnectionsFrame title={text.revocation} words={words}>
        <Waiting error={error} words={words} retry={reload} />
      </ConnectionsFrame>
    )
  const { secretsDeletedAt, total, done, grants } = value
  return (
    <ConnectionsFrame
      title={text.revocation}
      text={[
        value.scope.name,
        text.revokedBy(value.createdBy ?? words.auditLog.somebodyGone, momentText(value.createdAt, locale)),
      ]
        .filter((part) => part !== null)
        .join(" · ")}
      words={words}
      action={
        <Button component="a" href={reportUrl(revocationId)} download="revocation.csv" variant="default">
          {text.report}
        </Button>
      }
    >
      <Trouble error={error} words={words} />
      <Alert color={secretsDeletedAt === null ? "orange" : "green"} role="status">
        {secretsDeletedAt === null ? text.secretsGoing : `✓ ${text.secretsGone(momentText(secretsDeletedAt, locale))}`}{" "}
        {isDone ? text.finished : text.working}
      </Alert>
      <div>
        <Progress value={total === 0 ? 100 : (done / total) * 100} aria-label={text.progress(done, total)} mb={6} />
        <Text size="sm">{text.progress(done, total)}</Text>
      </div>
      <Counts value={value} words={words} />
      {grants["not-confirmed"] > 0 ? <Text>{text.notConfirmedText}</Text> : null}
      <Steps {...props} done={done} />
    </ConnectionsFrame>
  )
}

function Counts({ value, words }: { readonly value: RevocationView } & Pick<ConnectionsProps, "words">) {
  const text = words.connections
  const rows: readonly (readonly [string, number])[] = [
    [text.deleted, value.total],
    [text.stopped, value.subscriptionsStopped],
    [text.left, value.subscriptionsLeft],
    ...(["revoked", "not-possible", "not-confirmed", "reconnected"] as const).map(
      (outcome) => [text.grants[outcome], value.grants[outcome]] as const,
    ),
  ]
  return (
    <Table>
      <Table.Tbody>
        {rows.map(([name, count]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td>{count}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Steps({ words, revocationId, done }: RevocationProps & { readonly done: number }) {
  const text = words.connections
  const read = async (after: string | null) => {
    const page = await connectionsApi.steps(revocationId, after)
    return { rows: page.steps, next: page.after }
  }
  const loader = usePages(idOf, { read }, revocationId)
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again when more is done.
  useEffect(() => loader.refresh(), [done])
  return (
    <VirtualList
      label={text.concerned}
      loader={loader}
      idOf={idOf}
      columns={[
        {
          key: "person",
          title: text.person,
          onCard: "title",
          width: "minmax(0, 1.6fr)",
          cell: (step: Step) => `${step.displayName} · ${step.email}`,
        },
        { key: "secrets", title: text.deleted, onCard: "named", cell: () => "✓" },
        {
          key: "stopped",
          title: text.stopped,
          onCard: "named",
          cell: (step: Step) => `${step.subscriptionsStopped} / ${step.subscriptionsStopped + step.subscriptionsLeft}`,
        },
        {
          key: "grant",
          title: text.grant,
          onCard: "named",
          cell: (step: Step) => (step.grantOutcome === null ? text.waiting : text.grants[step.grantOutcome]),
        },
      ]}
      empty={<Text>{text.nobody}</Text>}
      words={words}
      explain={(error) => problemText(error, words)}
    />
  )
}
