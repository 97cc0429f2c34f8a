import type { PolicyChangeInput, PolicyChangeView, PolicyPreview } from "@kalends/protocol/policy"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core"
import { useEffect, useRef, useState } from "react"
import { policyApi } from "../api-policy.ts"
import { problemText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import { Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { effects, PreviewNames } from "./preview-names.tsx"

type ChangeProps = { readonly change: PolicyChangeInput; readonly words: Messages }
type PreviewProps = ChangeProps & {
  readonly saved: (change: PolicyChangeView) => void
  readonly back: () => void
}

function usePreview(change: PolicyChangeInput) {
  return useLoaded<PolicyPreview>(() => policyApi.preview({ ...change, effect: "disconnect" }), JSON.stringify(change))
}

/** Whom a change of settings concerns, in numbers and by name, before it is saved. */
export function ChangePreview(props: PreviewProps) {
  const { change, words } = props
  const { value, error, reload } = usePreview(change)
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
        <Stack gap="md">
          <Counts counts={value.counts} words={words} hasGrace />
          <PreviewNames {...{ change, words }} first={value} />
          <Save {...props} disconnect={value.counts.disconnect} />
        </Stack>
      )}
    </Alert>
  )
}

/** As ChangePreview, without the ways on from there; for what is made at once and cannot be taken back. */
export function Whom({ change, words }: ChangeProps) {
  const { value, error, reload } = usePreview(change)
  if (value === null) return <Waiting error={error} words={words} retry={reload} />
  return (
    <>
      <Counts counts={value.counts} words={words} hasGrace={false} />
      <PreviewNames {...{ change, words }} first={value} />
    </>
  )
}

type CountsProps = {
  readonly counts: PolicyPreview["counts"]
  readonly words: Messages
  /** Whether the change can be taken back before anybody is disconnected. */
  readonly hasGrace: boolean
}

function Counts({ counts, words, hasGrace }: CountsProps) {
  const text = words.policy
  const { people, disconnect, disconnectForGood } = counts
  if (people === 0) return <Text>{hasGrace ? text.nobody : text.nobodyNow}</Text>
  return (
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
          {text.disconnectText(disconnect - disconnectForGood, disconnectForGood)} {hasGrace ? text.graceText : ""}
        </Text>
      )}
    </div>
  )
}

function Save({ change, words, saved, back, disconnect }: PreviewProps & { readonly disconnect: number }) {
  const text = words.policy
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const save = async () => {
    setIsBusy(true)
    setProblem(null)
    await policyApi.save(change).then(saved, (error: unknown) => setProblem(problemText(error, words)))
    setIsBusy(false)
  }
  return (
    <>
      <ProblemAlert problem={problem} />
      <Group gap="xs">
        <Button {...(disconnect > 0 ? { color: "red" } : {})} loading={isBusy} onClick={() => void save()}>
          {disconnect > 0 ? text.saveDisconnecting(disconnect) : text.save}
        </Button>
        <Button variant="default" onClick={back}>
          {text.keepEditing}
        </Button>
      </Group>
    </>
  )
}
