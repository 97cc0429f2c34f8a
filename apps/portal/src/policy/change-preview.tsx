import type { PolicyChangeInput, PolicyChangeView, PolicyPreview } from "@kalends/protocol/policy"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Button, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core"
import { useEffect, useRef, useState } from "react"
import { policyApi } from "../api-policy.ts"
import { problemText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import { Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"

const effects = ["disconnect", "blocked", "stay"] as const
type Effect = (typeof effects)[number]

type PreviewProps = {
  readonly change: PolicyChangeInput
  readonly words: Messages
  readonly saved: (change: PolicyChangeView) => void
  readonly back: () => void
}

/** Whom a change concerns, in numbers and by name, before it is saved. */
export function ChangePreview(props: PreviewProps) {
  const { change, words } = props
  const { value, error, reload } = useLoaded<PolicyPreview>(
    () => policyApi.preview({ ...change, effect: "disconnect" }),
    JSON.stringify(change),
  )
  const heading = useRef<HTMLHeadingElement>(null)
  // It takes the place of a bar that was in sight wherever the page was: the reader is led to it.
  useEffect(() => heading.current?.focus(), [])
  return (
    <Alert color="night" role="region" aria-label={words.policy.preview}>
      <Title order={2} size="h4" mb="sm" ref={heading} tabIndex={-1} className={classes.heading}>
        {words.policy.preview}
      </Title>
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <Seen {...props} counts={value.counts} first={value} />
      )}
    </Alert>
  )
}

type SeenProps = PreviewProps & { readonly counts: PolicyPreview["counts"]; readonly first: PolicyPreview }

function Seen({ change, words, saved, back, counts, first }: SeenProps) {
  const text = words.policy
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const save = async () => {
    setIsBusy(true)
    setProblem(null)
    await policyApi.save(change).then(saved, (error: unknown) => setProblem(problemText(error, words)))
    setIsBusy(false)
  }
  const { disconnect, disconnectForGood } = counts
  return (
    <Stack gap="md">
      {counts.people === 0 ? (
        <Text>{text.nobody}</Text>
      ) : (
        <div>
          {effects.map((effect) =>
            counts[effect] === 0 ? null : (
              <Text key={effect} {...(effect === "stay" ? {} : { fw: 650 })}>
                {text.counts[effect](counts[effect])}
              </Text>
            ),
          )}
          {disconnect === 0 ? null : (
            <Text mt="xs">
              {text.disconnectText(disconnect - disconnectForGood, disconnectForGood)} {text.graceText}
            </Text>
          )}
        </div>
      )}
      {counts.people === 0 ? null : <Names {...{ change, words, counts, first }} />}
      <ProblemAlert problem={problem} />
      <Group gap="xs">
        <Button {...(disconnect > 0 ? { color: "red" } : {})} loading={isBusy} onClick={() => void save()}>
          {disconnect > 0 ? text.saveDisconnecting(disconnect) : text.save}
        </Button>
        <Button variant="default" onClick={back}>
          {text.keepEditing}
        </Button>
      </Group>
    </Stack>
  )
}

type NamesProps = Pick<SeenProps, "change" | "words" | "counts" | "first">

/** The people of one kind, by page. */
function Names({ change, words, counts, first }: NamesProps) {
  const text = words.policy
  const present = effects.filter((effect) => counts[effect] > 0)
  const [effect, setEffect] = useState<Effect>(present[0] ?? "stay")
  const { value, error, reload, put } = useLoaded<PolicyPreview>(
    () => (effect === "disconnect" ? Promise.resolve(first) : policyApi.preview({ ...change, effect })),
    effect,
  )
  const [problem, setProblem] = useState<string | null>(null)
  if (value === null) return <Waiting error={error} words={words} retry={reload} />
  const more = async (after: string) => {
    setProblem(null)
    await policyApi.preview({ ...change, effect, after }).then(
      (next) => put({ ...next, people: [...value.people, ...next.people] }),
      (failure: unknown) => setProblem(problemText(failure, words)),
    )
  }
  const { after } = value
  return (
    <Stack gap="xs">
      {present.length < 2 ? null : (
        <SegmentedControl
          aria-label={text.whom}
          value={effect}
          onChange={(chosen) => setEffect(effects.find((one) => one === chosen) ?? "stay")}
          data={present.map((one) => ({ value: one, label: text.effects[one] }))}
        />
      )}
      <ul className={classes.people} aria-label={text.whom}>
        {value.people.map(({ userId, displayName, email, causes }) => (
          <li key={userId}>
            <Text className={classes.breakable}>
              {displayName} · {email}
              {causes.length === 0 ? null : (
                <Text span size="sm" c="dimmed">
                  {" "}
                  {text.because(causes.map((cause) => text.settings[cause]).join(text.comma))}
                </Text>
              )}
            </Text>
          </li>
        ))}
      </ul>
      <ProblemAlert problem={problem} />
      {after === null ? null : (
        <Group>
          <Button variant="default" size="compact-md" onClick={() => void more(after)}>
            {words.more}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
