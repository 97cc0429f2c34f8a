import type { InvitationOutcome } from "@kalends/protocol/persons"
import { Button, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import type { Messages } from "../messages.ts"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { linksText } from "./inviting.ts"

type OutcomesProps = { readonly words: Messages; readonly outcomes: readonly InvitationOutcome[] }

/** What came of each invitation: a link to hand over, or why there is none. */
export function InviteOutcomes({ words, outcomes }: OutcomesProps) {
  const text = words.peoplePages
  const [said, say] = useState("")
  const invited = outcomes.filter(({ outcome }) => outcome === "invited").length
  const refused = outcomes.length - invited
  const copy = (what: string) =>
    void platform.copy(what).then((isCopied) => say(isCopied ? text.copied : text.copyFailed))
  if (outcomes.length === 0) return null
  return (
    <Stack gap="sm">
      <Text fw={600} role="status">
        {text.invited(invited)}
        {refused === 0 ? "" : ` ${text.refusedCount(refused)}`}
      </Text>
      {invited === 0 ? null : (
        <>
          <Text>{text.handOver}</Text>
          <Group gap="sm">
            <Button variant="default" onClick={() => copy(linksText(outcomes))}>
              {text.copyAll}
            </Button>
            <Text size="sm" c="dimmed" role="status">
              {said}
            </Text>
          </Group>
        </>
      )}
      <ul className={`${classes.people} ${classes.outcomes}`} aria-label={text.outcomes}>
        {outcomes.map((one) => (
          <li key={one.email} className={classes.entry}>
            <Outcome {...{ words, one, copy }} />
          </li>
        ))}
      </ul>
    </Stack>
  )
}

type OutcomeProps = {
  readonly words: Messages
  readonly one: InvitationOutcome
  readonly copy: (text: string) => void
}

function Outcome({ words, one, copy }: OutcomeProps) {
  const text = words.peoplePages
  if (one.outcome === "refused")
    return (
      <>
        <Text className={classes.breakable}>{one.email}</Text>
        <Text size="sm" fw={600}>
          {words.problems[one.code] ?? words.problems.unavailable ?? ""}
        </Text>
      </>
    )
  const { displayName } = one.user
  return (
    <Group justify="space-between" wrap="nowrap">
      <div className={classes.breakable}>
        <Text>{displayName}</Text>
        <Text size="sm" c="dimmed">
          {one.email}
        </Text>
      </div>
      <Button
        variant="default"
        size="compact-sm"
        flex="none"
        aria-label={text.copyLink(displayName)}
        onClick={() => copy(one.link.url)}
      >
        {text.copy}
      </Button>
    </Group>
  )
}
