import type { RolloutAction, RolloutView } from "@kalends/protocol/tenants"
import { ConfirmedAct } from "@kalends/ui/dialog"
import { Alert, Button, Card, Group, Progress, Stack, Text } from "@mantine/core"
import { useEffect, useState } from "react"
import { ApiProblem, problemText } from "./api-problem.ts"
import { tenantApi } from "./api-tenants.ts"
import { momentText } from "./moment.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { PageFrame, type PageProps, Trouble, Waiting } from "./page-parts.tsx"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { followRollout } from "./rollout-follow.ts"
import { MeetingsFound, ReportButton } from "./rollout-report.tsx"
import { StepsOf } from "./rollout-steps.tsx"
import { countWords, resultSentences, stateWord } from "./rollout-words.ts"
import { isWorking, progressOf } from "./rollouts.ts"
import { tenantName } from "./tenant-words.tsx"
import { useLoaded } from "./use-loaded.ts"

type RolloutProps = PageProps & HandProps & { readonly rolloutId: string }

/** Work over many people: how far it is, what stopped at a problem, and how it ended. */
export function RolloutPage({ rolloutId, words, locale }: RolloutProps) {
  const tenants = useLoaded(tenantApi.tenants)
  const { rollout, error, act, ask } = useFollowed(rolloutId)
  const tenant = tenants.value?.tenants.find((one) => one.tenantConnectionId === rollout?.tenantConnectionId)
  const { rollouts } = words
  return (
    <PageFrame
      back={
        tenant === undefined
          ? { label: words.tenants.connections, place: { kind: "list" } }
          : { label: tenantName(tenant), place: { kind: "tenant", tenantConnectionId: tenant.tenantConnectionId } }
      }
      title={rollout === null ? rollouts.lastWork : rollouts.workNames[rollout.kind]}
      {...(rollout === null
        ? {}
        : {
            text: [
              tenant === undefined ? null : tenantName(tenant),
              rollout.permission === "read" ? words.read : words.readWrite,
              rollouts.startedWhen(
                rollout.createdBy ?? words.auditLog.somebodyGone,
                momentText(rollout.createdAt, locale),
              ),
            ]
              .filter((part) => part !== null)
              .join(" · "),
          })}
    >
      {rollout === null ? (
        <Waiting error={error} words={words} retry={ask} />
      ) : (
        <>
          {error === null ? null : (
            <Alert color="orange" role="status">
              {rollouts.stale}
            </Alert>
          )}
          <Standing {...{ rollout, words, act }} label={tenant === undefined ? "" : tenantName(tenant)} />
          <Lists rollout={rollout} words={words} />
        </>
      )}
    </PageFrame>
  )
}

/** Asking again brings nothing else. */
const final: ReadonlySet<string> = new Set(["not-found", "signed-out", "auth-expired", "forbidden"])

type Act = (action: RolloutAction) => Promise<void>

/** The work as it stands, asked for again while it is being worked on. */
function useFollowed(rolloutId: string) {
  const [rollout, setRollout] = useState<RolloutView | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: followed anew after each act, which may have started it again.
  useEffect(
    () =>
      followRollout({
        read: () => tenantApi.rollout(rolloutId),
        tell: (view) => {
          setRollout(view)
          setError(null)
        },
        fail: (failure) => {
          setError(failure)
          return !(failure instanceof ApiProblem && final.has(failure.kind))
        },
        platform,
      }),
    [rolloutId, turn],
  )
  const ask = async () => setTurn((before) => before + 1)
  return {
    rollout,
    error,
    ask,
    act: async (action: RolloutAction) => {
      try {
        setRollout(await tenantApi.actOnRollout(rolloutId, action))
      } finally {
        // Also where it was refused: somebody else has moved it on.
        await ask()
      }
    },
  }
}

type StandingProps = Pick<PageProps, "words"> & {
  readonly rollout: RolloutView
  /** What the organisation's connection is called. */
  readonly label: string
  readonly act: Act
}

/** The bar, the numbers, the sentence it ended with, and what can be done. */
function Standing({ rollout, words, label, act }: StandingProps) {
  const { percent, failedPercent } = progressOf(rollout)
  const counted = countWords(rollout, words)
  const result = resultSentences(rollout, words)
  return (
    <Card withBorder padding="lg" component="section" aria-label={stateWord(rollout, words)}>
      <Stack gap="sm">
        <div role="status">
          <Text size="xl" fw={650}>
            {stateWord(rollout, words)}
            {isWorking(rollout) ? "…" : ""}
          </Text>
          <Text>{result === null || rollout.state === "stopped" ? words.tenants.sentence(counted) : null}</Text>
          {result === null ? null : <Text>{result.join(" ")}</Text>}
        </div>
        <Progress.Root size="lg" className={classes.bar}>
          <Progress.Section
            value={percent - failedPercent}
            aria-label={stateWord(rollout, words)}
            aria-valuetext={counted}
          />
          <Progress.Section value={failedPercent} color="orange" withAria={false} />
        </Progress.Root>
        <MeetingsFound rollout={rollout} words={words} />
        <Actions {...{ rollout, words, label, act }} />
      </Stack>
    </Card>
  )
}

function Actions({ rollout, words, label, act }: StandingProps) {
  const [busy, setBusy] = useState<RolloutAction | null>(null)
  const [error, setError] = useState<unknown>(null)
  const run = async (action: RolloutAction) => {
    setBusy(action)
    setError(null)
    await act(action).catch(setError)
    setBusy(null)
  }
  const { actions, state, kind } = rollout
  const { rollouts } = words
  const can = (action: RolloutAction) => actions.includes(action)
  const asking = {
    keepLabel: rollouts.keepAsIs,
    closeLabel: words.close,
    explain: (failure: unknown) => problemText(failure, { problems: words.tenantProblems }),
  }
  const plain = (action: "start" | "stop" | "retry", isMain: boolean) => (
    <Button
      variant={isMain ? "filled" : "default"}
      loading={busy === action}
      disabled={busy !== null}
      onClick={() => void run(action)}
    >
      {rollouts.actions[action]}
    </Button>
  )
  return (
    <>
      <Trouble error={error} words={words} />
      <Group gap="xs">
        {can("start") && state === "checked" ? (
          <ConfirmedAct
            {...asking}
            tone="main"
            label={rollouts.actions.move}
            title={rollouts.moveTitle(rollout.counts.checked)}
            act={() => act("start")}
          >
            <Text>{rollouts.moveText(label)}</Text>
            <Text>{rollouts.moveCanBeUndone}</Text>
          </ConfirmedAct>
        ) : null}
        {can("start") && state !== "checked" ? plain("start", true) : null}
        {can("stop") ? plain("stop", false) : null}
        {can("retry") ? plain("retry", state === "done" || state === "undone") : null}
        {can("undo") ? (
          <ConfirmedAct
            {...asking}
            tone="plain"
            label={rollouts.actions.undo}
            title={rollouts.undoTitle(rollout.counts.done)}
            act={() => act("undo")}
          >
            <Text>{rollouts.undoText}</Text>
          </ConfirmedAct>
        ) : null}
        {kind === "migrate" && !isWorking(rollout) ? <ReportButton rollout={rollout} words={words} /> : null}
      </Group>
    </>
  )
}

/** Who needs attention, and on request who was left as they are. */
function Lists({ rollout, words }: { readonly rollout: RolloutView; readonly words: PageProps["words"] }) {
  const [isShowing, setIsShowing] = useState(false)
  const { failed, skipped } = rollout.counts
  return (
    <>
      {failed === 0 ? null : (
        <StepsOf rollout={rollout} state="failed" title={words.rollouts.failedOnes} words={words} />
      )}
      {skipped === 0 ? null : isShowing ? (
        <StepsOf rollout={rollout} state="skipped" title={words.rollouts.skippedOnes} words={words} />
      ) : (
        <Group>
          <Button variant="default" onClick={() => setIsShowing(true)}>
            {words.rollouts.showSkipped}
          </Button>
        </Group>
      )}
    </>
  )
}
