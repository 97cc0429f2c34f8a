import type { RolloutView, StepsView } from "@kalends/protocol/tenants"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Card, Stack, Text, Title } from "@mantine/core"
import { useEffect, useRef } from "react"
import { problemText } from "./api-problem.ts"
import { tenantApi } from "./api-tenants.ts"
import type { Messages } from "./messages.ts"
import classes from "./portal.module.css"
import { problemWords } from "./tenant-words.tsx"

type Step = StepsView["steps"][number]
type StepsProps = {
  readonly rollout: RolloutView
  readonly state: "failed" | "skipped"
  readonly title: string
  readonly words: Messages
}

const stepKey = ({ userId }: Step) => userId

/** The people whose step ended so, each with why and what mends it; the commonest reasons first, with how many they are. */
export function StepsOf({ rollout, state, title, words }: StepsProps) {
  const { rolloutId, counts } = rollout
  const count = counts[state]
  const read = async (after: string | null) => {
    const page = await tenantApi.steps(rolloutId, after === null ? { state } : { state, after })
    return { rows: page.steps, next: page.after }
  }
  const loader = usePages(stepKey, { read }, `${rolloutId} ${state}`)
  const shownCount = useRef(count)
  useEffect(() => {
    if (shownCount.current !== count) loader.refresh()
    shownCount.current = count
  }, [loader, count])
  return (
    <Card withBorder padding="lg" component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {title} ({count})
        </Title>
        {state === "failed" ? <Reasons rollout={rollout} words={words} /> : null}
        <VirtualList
          label={title}
          loader={loader}
          idOf={stepKey}
          columns={columnsOf(words)}
          empty={null}
          words={words}
          explain={(error) => problemText(error, words)}
        />
      </Stack>
    </Card>
  )
}

function columnsOf(words: Messages): readonly Column<Step>[] {
  return [
    {
      ...{ key: "person", title: words.name, onCard: "title" },
      cell: ({ displayName, email }) => (
        <>
          <Text inherit>{displayName}</Text>
          <Text size="sm" fw={400} c="dimmed" className={classes.breakable}>
            {email}
          </Text>
        </>
      ),
    },
    {
      ...{ key: "why", title: words.auditLog.why, width: "minmax(0, 1.8fr)" },
      cell: (step) => (
        <>
          {stepReason(step, words)}
          {step.meetings === null || step.meetings.missing === 0 ? null : (
            <Text size="sm" c="dimmed">
              {words.rollouts.meetingsOf(step.meetings.found, step.meetings.missing)}
            </Text>
          )}
        </>
      ),
    },
  ]
}

/** Told once for many, where many have the same. */
function Reasons({ rollout: { problems }, words }: Pick<StepsProps, "rollout" | "words">) {
  const common = problems.filter(({ count }) => count > 1)
  if (common.length === 0) return null
  return (
    <ul className={classes.reasons}>
      {common.map((problem) => (
        <li key={`${problem.kind} ${problem.code}`}>
          <Text component="span" fw={650}>
            {problem.count} ×
          </Text>{" "}
          {problemWords(problem, words)}
        </li>
      ))}
    </ul>
  )
}

/** Why, for people; nothing where there is nothing to say. */
export function stepReason({ problem, state }: Step, words: Messages): string {
  if (problem !== null) return problemWords(problem, words)
  return state === "failed" || state === "skipped" ? words.rollouts.unseenFailure : ""
}
