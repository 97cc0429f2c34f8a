import { csvTable } from "@kalends/domain/csv"
import type { RolloutView } from "@kalends/protocol/tenants"
import { Button, Text } from "@mantine/core"
import { useState } from "react"
import { tenantApi } from "./api-tenants.ts"
import type { Messages } from "./messages.ts"
import { Trouble } from "./page-parts.tsx"
import { platform } from "./platform.ts"
import { stepReason } from "./rollout-steps.tsx"
import { meetingsOf, readAllSteps } from "./rollouts.ts"
import { useLoaded } from "./use-loaded.ts"

type ReportProps = { readonly rollout: RolloutView; readonly words: Messages }

const allSteps = (rolloutId: string) =>
  readAllSteps((after) => tenantApi.steps(rolloutId, after === null ? {} : { after }))

/** What the check of a migration found out about meetings. */
export function MeetingsFound({ rollout, words }: ReportProps) {
  if (rollout.kind !== "migrate" || rollout.state !== "checked") return null
  return <MeetingsCounted rollout={rollout} words={words} />
}

function MeetingsCounted({ rollout: { rolloutId, touchedAt }, words }: ReportProps) {
  const loaded = useLoaded(() => allSteps(rolloutId).then(meetingsOf), `${rolloutId} ${touchedAt}`)
  if (loaded.value === null) return <Trouble error={loaded.error} words={words} />
  const { found, missing } = loaded.value
  return <Text>{words.rollouts.meetingsFound(found, missing)}</Text>
}

/** Everybody with how it stands for them, as a file that spreadsheets read. */
export function ReportButton({ rollout, words }: ReportProps) {
  const [isBusy, setIsBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const { reportColumns: columns, stepStates } = words.rollouts
  const write = async () => {
    const steps = await allSteps(rollout.rolloutId)
    const rows = steps.map((step) => [
      step.displayName,
      step.email,
      stepStates[step.state],
      stepReason(step, words),
      step.meetings?.found ?? "",
      step.meetings?.missing ?? "",
    ])
    const head = [columns.name, columns.email, columns.state, columns.reason, columns.found, columns.missing]
    const name = `kalends-${rollout.createdAt.slice(0, 10)}.csv`
    platform.download(name, csvTable([head, ...rows]), "text/csv;charset=utf-8")
  }
  return (
    <>
      <Button
        variant="default"
        loading={isBusy}
        onClick={() => {
          setIsBusy(true)
          setError(null)
          void write()
            .catch(setError)
            .finally(() => setIsBusy(false))
        }}
      >
        {words.rollouts.reportFile}
      </Button>
      <Trouble error={error} words={words} />
    </>
  )
}
