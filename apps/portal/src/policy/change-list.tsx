import type { PolicyChangeView, PolicyLevelsView } from "@kalends/protocol/policy"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { relativeTime } from "@kalends/ui/words"
import { Alert, Button, Group, Progress, Stack, Text, Title } from "@mantine/core"
import { useState } from "react"
import { policyApi } from "../api-policy.ts"
import { problemText } from "../api-problem.ts"
import { momentText } from "../moment.ts"
import type { PageProps } from "../page-parts.tsx"
import classes from "./policy.module.css"
import { wordText } from "./policy-texts.ts"

type ChangesProps = PageProps & {
  readonly changes: readonly PolicyChangeView[]
  readonly levels: PolicyLevelsView
  readonly canChange: boolean
  readonly reload: () => Promise<unknown>
}

export function isUnderWay({ state }: PolicyChangeView): boolean {
  return state === "waiting" || state === "running"
}

/** Changes that are still being made, with how far they are and the way back. */
export function ChangesUnderWay(props: ChangesProps) {
  const some = props.changes.filter(isUnderWay)
  if (some.length === 0) return null
  return (
    <Stack gap="sm">
      {some.map((change) => (
        <UnderWay key={change.changeId} {...props} change={change} />
      ))}
    </Stack>
  )
}

function UnderWay({ change, reload, canChange, ...props }: ChangesProps & { readonly change: PolicyChangeView }) {
  const { words } = props
  const text = words.policy
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const { state, concerned, disconnected, changeId } = change
  const undo = async () => {
    setIsBusy(true)
    setProblem(null)
    await policyApi.undo(changeId).then(reload, (error: unknown) => setProblem(problemText(error, words)))
    setIsBusy(false)
  }
  return (
    <Alert color="orange" role="status">
      <Stack gap="xs">
        <Edits {...props} change={change} />
        <Text size="sm">{madeText(change, props)}</Text>
        <Text>
          {state === "waiting"
            ? text.waitingText(concerned, whenText(change.runsAt, props))
            : text.runningText(disconnected, concerned)}
        </Text>
        {state === "running" ? (
          <Progress
            value={concerned === 0 ? 100 : Math.min(100, (disconnected / concerned) * 100)}
            aria-label={text.runningText(disconnected, concerned)}
          />
        ) : null}
        <ProblemAlert problem={problem} />
        {change.mayUndo && canChange ? (
          <Group>
            <Button variant="default" loading={isBusy} onClick={() => void undo()}>
              {text.undo}
            </Button>
          </Group>
        ) : null}
      </Stack>
    </Alert>
  )
}

/** What was changed before, newest first. */
export function PastChanges(props: Omit<ChangesProps, "reload" | "canChange">) {
  const { changes, words } = props
  const text = words.policy
  const past = changes.filter((change) => !isUnderWay(change))
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {text.changes}
      </Title>
      {past.length === 0 ? <Text c="dimmed">{text.noChanges}</Text> : null}
      <ul className={classes.past}>
        {past.map((change) => (
          <li key={change.changeId}>
            <Group gap="xs" mb={4}>
              <Text size="sm" fw={600}>
                {text.states[change.state]}
              </Text>
              <Text size="sm" c="dimmed">
                {madeText(change, props)}
              </Text>
            </Group>
            <Edits {...props} change={change} />
            <Text size="sm" c="dimmed">
              {change.state === "undone" ? text.undoneText(change.disconnected) : text.doneText(change.disconnected)}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  )
}

type EditsProps = Pick<ChangesProps, "words" | "levels"> & { readonly change: PolicyChangeView }

function Edits({ change: { edits }, words, levels }: EditsProps) {
  const text = words.policy
  const levelOf = (groupId: string | null) =>
    groupId === null ? text.organisation : (levels.groups.find((group) => group.groupId === groupId)?.name ?? text.gone)
  if (edits.length === 0) return <Text fw={600}>{text.membership}</Text>
  return (
    <>
      {edits.map(({ groupId, setting, was, word }) => (
        <Text key={`${groupId} ${setting}`} className={classes.name}>
          <Text span fw={600}>
            {levelOf(groupId)} · {text.settings[setting]}
          </Text>{" "}
          {text.from(wordText(setting, was, text, levels.providers), wordText(setting, word, text, levels.providers))}
        </Text>
      ))}
    </>
  )
}

/** Who made a change, and when. */
function madeText({ createdBy, createdAt }: PolicyChangeView, { words, locale }: PageProps): string {
  return words.policy.madeBy(createdBy ?? words.auditLog.somebodyGone, momentText(createdAt, locale))
}

function whenText(at: string, { now, locale }: Pick<PageProps, "now" | "locale">): string {
  return relativeTime(Temporal.Instant.from(at), now, locale)
}
