import type { PolicyEdit } from "@kalends/domain/policy-effect"
import type { PolicyChangeView, PolicyLevelsView } from "@kalends/protocol/policy"
import { Button, Group, Paper, Text } from "@mantine/core"
import { type ReactNode, useEffect, useState } from "react"
import { changeOf, policyApi } from "../api-policy.ts"
import { type PageProps, Trouble, Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import { useLoaded } from "../use-loaded.ts"
import { ChangesUnderWay, isUnderWay, PastChanges } from "./change-list.tsx"
import { ChangePreview } from "./change-preview.tsx"
import type { DeskProps } from "./desk.ts"
import { Leaving } from "./leaving.tsx"
import classes from "./policy.module.css"

type PolicyDeskProps = PageProps & {
  readonly canChange: boolean
  /** Whether past changes are listed, too. */
  readonly hasPast: boolean
  readonly children: (desk: DeskProps) => ReactNode
  /** Called when something was saved or taken back. */
  readonly changed?: () => Promise<unknown>
}
type Read = { readonly levels: PolicyLevelsView; readonly changes: readonly PolicyChangeView[] }

const everyMs = 2_000

/** Reads what is set, collects changes, shows whom they concern before they are saved, and follows them after. */
export function PolicyDesk({ children, canChange, hasPast, changed, ...page }: PolicyDeskProps) {
  const { words } = page
  const { value, error, reload } = useLoaded<Read>(async () => ({
    levels: await policyApi.levels(),
    changes: await policyApi.changes(),
  }))
  const [draft, setDraft] = useState<readonly PolicyEdit[]>([])
  const isWorking = value?.changes.some(isUnderWay) ?? false
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for as long as a change is being made.
  useEffect(
    () => (isWorking ? platform.every(everyMs, () => void (platform.isHidden() ? null : reload())) : undefined),
    [isWorking],
  )
  if (value === null) return <Waiting error={error} words={words} retry={reload} />
  const again = async () => {
    setDraft([])
    await reload()
    await changed?.()
  }
  const desk = { ...page, ...value, draft, setDraft, canChange }
  return (
    <>
      <Trouble error={error} words={words} />
      <ChangesUnderWay {...page} {...value} {...{ canChange, reload: again }} />
      {children(desk)}
      {draft.length === 0 ? null : (
        <>
          <Draft key={JSON.stringify(draft)} {...desk} saved={again} />
          <Leaving count={draft.length} words={words} />
        </>
      )}
      {hasPast ? <PastChanges {...page} {...value} /> : null}
    </>
  )
}

/** Changes that are not saved: first whom they concern, then the two ways on from there. */
function Draft({ draft, setDraft, words, saved }: DeskProps & { readonly saved: () => Promise<void> }) {
  const text = words.policy
  const [isShown, setIsShown] = useState(false)
  if (isShown)
    return (
      <ChangePreview change={changeOf(draft)} words={words} saved={() => void saved()} back={() => setIsShown(false)} />
    )
  return (
    <Paper withBorder className={classes.draft} role="status">
      <Text fw={600}>{text.draft(draft.length)}</Text>
      <Group gap="xs">
        <Button onClick={() => setIsShown(true)}>{text.review}</Button>
        <Button variant="default" onClick={() => setDraft([])}>
          {text.discard}
        </Button>
      </Group>
    </Paper>
  )
}
