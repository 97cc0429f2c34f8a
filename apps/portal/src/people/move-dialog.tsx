import type { PolicyChangeView } from "@kalends/protocol/policy"
import { Dialog } from "@kalends/ui/dialog"
import { Loading } from "@kalends/ui/loading"
import { Alert, Button, Group, NativeSelect, Progress, Stack, Text } from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "../api.ts"
import { policyApi } from "../api-policy.ts"
import type { Messages } from "../messages.ts"
import { Trouble } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { isGoingOn, type Move, type Moved, type MoveEffects, moveOf, readEffects, wayBack } from "./group-move.ts"

type DialogProps = {
  readonly words: Messages
  /** Whom to move; nobody: the dialog is closed. */
  readonly people: readonly Moved[]
  readonly close: (hasMoved: boolean) => void
}

/** People into a group, or out of theirs: first whom it concerns and how, then what came of each, and the way back. */
export function MoveDialog({ words, people, close }: DialogProps) {
  const [hasMoved, setMoved] = useState(false)
  const leave = () => {
    close(hasMoved)
    setMoved(false)
  }
  const text = words.peoplePages
  return (
    <Dialog
      isOpen={people.length > 0}
      close={leave}
      title={text.moveTitle(people.length)}
      closeLabel={words.close}
      isWide
    >
      {people.length === 0 ? null : <Moving {...{ words, people, leave }} moved={() => setMoved(true)} />}
    </Dialog>
  )
}

type MovingProps = Pick<DialogProps, "words" | "people"> & { readonly leave: () => void; readonly moved: () => void }
type Done = { readonly change: PolicyChangeView; readonly seen: MoveEffects; readonly groupId: string | null }

/** Nothing chosen yet, which is neither a group nor none. */
const unchosen = ""
const none = "none"

function Moving({ words, people, leave, moved }: MovingProps) {
  const groups = useLoaded(async () => (await api.groups()).groups)
  const [choice, choose] = useState(unchosen)
  const [done, setDone] = useState<Done | null>(null)
  const text = words.peoplePages
  const groupId = choice === none ? null : choice
  const name = groups.value?.find((one) => one.groupId === groupId)?.name ?? null
  if (done !== null) return <Outcome {...{ words, people, leave, done }} name={name} />
  return (
    <Stack>
      <NativeSelect
        label={words.navigation.people.group}
        value={choice}
        disabled={groups.value === null}
        data-autofocus
        data={[
          { value: unchosen, label: text.chooseGroup, disabled: true },
          { value: none, label: text.noGroup },
          ...(groups.value ?? []).map((group) => ({ value: group.groupId, label: group.name })),
        ]}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      />
      <Trouble error={groups.error} words={words} />
      {choice === unchosen ? null : (
        <Concerned
          key={choice}
          words={words}
          move={moveOf(people, groupId)}
          leave={leave}
          saved={(change, seen) => {
            moved()
            setDone({ change, seen, groupId })
          }}
        />
      )}
    </Stack>
  )
}

type ConcernedProps = Pick<MovingProps, "words" | "leave"> & {
  readonly move: Move
  readonly saved: (change: PolicyChangeView, seen: MoveEffects) => void
}

/** What the move changes, before it is made. */
function Concerned({ words, move, leave, saved }: ConcernedProps) {
  const { value, error } = useLoaded(() => readEffects(policyApi.preview, move))
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const text = words.peoplePages
  if (value === null)
    return error === null ? <Loading label={words.loading} /> : <Trouble error={error} words={words} />
  const { disconnect, blocked, stay } = value.counts
  const save = async () => {
    setBusy(true)
    setFailure(null)
    await policyApi
      .save({ move: { ...move, userIds: [...move.userIds] } })
      .then((change) => saved(change, value), setFailure)
      .finally(() => setBusy(false))
  }
  return (
    <Stack>
      <div role="status">
        {disconnect === 0 ? null : <Text fw={600}>{text.disconnects(disconnect)}</Text>}
        {blocked === 0 ? null : <Text fw={600}>{text.blocks(blocked)}</Text>}
        {stay === 0 ? null : <Text>{text.stays(stay)}</Text>}
        {disconnect + blocked + stay === 0 ? <Text>{text.nothing}</Text> : null}
      </div>
      <Trouble error={failure} words={words} />
      <Group justify="flex-end">
        <Button variant="default" onClick={leave}>
          {text.cancel}
        </Button>
        <Button {...(disconnect > 0 ? { color: "red" } : {})} loading={isBusy} onClick={() => void save()}>
          {disconnect > 0 ? text.moveDisconnecting(disconnect) : text.move(move.userIds.length)}
        </Button>
      </Group>
    </Stack>
  )
}

type OutcomeProps = Pick<MovingProps, "words" | "people" | "leave"> & {
  readonly done: Done
  readonly name: string | null
}

const everyMs = 2_000

/** The change as it goes on, while calendars are being disconnected. */
function useFollowed(begun: PolicyChangeView): PolicyChangeView {
  const [change, setChange] = useState(begun)
  useEffect(() => {
    if (!isGoingOn(change)) return undefined
    const read = async () => {
      const found = (await policyApi.changes()).find(({ changeId }) => changeId === change.changeId)
      if (found !== undefined) setChange(found)
    }
    // A reading that fails is made up for by the next.
    return platform.every(everyMs, () => void (platform.isHidden() ? null : read().catch(() => {})))
  }, [change])
  return change
}

function Outcome({ words, people, leave, done: { change: begun, seen, groupId }, name }: OutcomeProps) {
  const change = useFollowed(begun)
  const [isBack, setBack] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const text = words.peoplePages
  const { concerned, disconnected } = change
  const undo = async () => {
    setBusy(true)
    setFailure(null)
    try {
      for (const { groupId, userIds } of wayBack(people))
        await policyApi.save({ move: { groupId, userIds: [...userIds] } })
      setBack(true)
    } catch (error) {
      setFailure(error)
    }
    setBusy(false)
  }
  const said = groupId === null ? text.movedOut(people.length) : text.moved(people.length, name ?? "")
  return (
    <Stack>
      <Alert color="green" role="status" py="xs">
        <Group justify="space-between">
          <Text>{isBack ? text.putBack : said}</Text>
          {isBack ? null : (
            <Button variant="default" size="compact-sm" loading={isBusy} onClick={() => void undo()}>
              {text.undo}
            </Button>
          )}
        </Group>
      </Alert>
      {concerned === 0 ? null : (
        <div role="status">
          <Text>{text.disconnecting(disconnected, concerned)}</Text>
          <Progress value={(disconnected / concerned) * 100} aria-label={text.disconnecting(disconnected, concerned)} />
        </div>
      )}
      <Trouble error={failure} words={words} />
      <ul className={`${classes.people} ${classes.outcomes}`} aria-label={text.outcomes}>
        {people.map(({ userId, displayName }) => (
          <li key={userId} className={classes.entry}>
            <Text className={classes.breakable}>
              {displayName}{" "}
              <Text span size="sm" c="dimmed">
                {text.effects[seen.of.get(userId) ?? "nothing"]}
              </Text>
            </Text>
          </li>
        ))}
      </ul>
      <Group justify="flex-end">
        <Button onClick={leave} data-autofocus>
          {text.done}
        </Button>
      </Group>
    </Stack>
  )
}
