import type { RolloutView, StepsView } from "@kalends/protocol/tenants"
import { Button, Card, Group, Stack, Text, Title } from "@mantine/core"
import { useState } from "react"
import { tenantApi } from "./api-tenants.ts"
import type { Messages } from "./messages.ts"
import { Trouble, Waiting } from "./page-parts.tsx"
import classes from "./portal.module.css"
import { problemWords } from "./tenant-words.tsx"
import { useLoaded } from "./use-loaded.ts"

type Step = StepsView["steps"][number]
type StepsProps = {
  readonly rollout: RolloutView
  readonly state: "failed" | "skipped"
  readonly title: string
  readonly words: Messages
}

/** The people whose step ended so, each with why and what mends it; the commonest reasons first, with how many they are. */
export function StepsOf({ rollout, state, title, words }: StepsProps) {
  const { rolloutId, counts } = rollout
  const loaded = useLoaded(() => tenantApi.steps(rolloutId, { state }), `${rolloutId} ${state} ${counts[state]}`)
  const [error, setError] = useState<unknown>(null)
  const { value } = loaded
  const more = async (after: string) => {
    setError(null)
    await tenantApi
      .steps(rolloutId, { state, after })
      .then((page) => loaded.put({ steps: [...(value?.steps ?? []), ...page.steps], after: page.after }), setError)
  }
  return (
    <Card withBorder padding="lg" component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {title} ({counts[state]})
        </Title>
        {state === "failed" ? <Reasons rollout={rollout} words={words} /> : null}
        {value === null ? <Waiting error={loaded.error} words={words} retry={loaded.reload} /> : null}
        <ul className={classes.people}>
          {value?.steps.map((step) => (
            <StepRow key={step.userId} step={step} words={words} />
          ))}
        </ul>
        <Trouble error={error} words={words} />
        {value?.after ? (
          <Group>
            <Button variant="default" onClick={() => void more(value.after ?? "")}>
              {words.more}
            </Button>
          </Group>
        ) : null}
      </Stack>
    </Card>
  )
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

function StepRow({ step, words }: { readonly step: Step; readonly words: Messages }) {
  return (
    <li className={classes.person}>
      <div className={classes.breakable}>
        <Text>
          {step.displayName}{" "}
          <Text component="span" size="sm" c="dimmed">
            {step.email}
          </Text>
        </Text>
        <Text size="sm">{stepReason(step, words)}</Text>
        {step.meetings === null || step.meetings.missing === 0 ? null : (
          <Text size="sm" c="dimmed">
            {words.rollouts.meetingsOf(step.meetings.found, step.meetings.missing)}
          </Text>
        )}
      </div>
    </li>
  )
}

/** Why, for people; nothing where there is nothing to say. */
export function stepReason({ problem, state }: Step, words: Messages): string {
  if (problem !== null) return problemWords(problem, words)
  return state === "failed" || state === "skipped" ? words.rollouts.unseenFailure : ""
}
