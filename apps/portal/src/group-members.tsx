import type { UsersView } from "@kalends/protocol/api"
import type { PolicyChangeInput } from "@kalends/protocol/policy"
import { Dialog } from "@kalends/ui/dialog"
import { Button, Card, Group, Stack, Text, Title } from "@mantine/core"
import { type ReactNode, useState } from "react"
import { policyApi } from "./api-policy.ts"
import { problemText } from "./api-problem.ts"
import { MoveOutcome, type Moving } from "./group-move.tsx"
import type { GroupProps } from "./group-page.tsx"
import { type GroupsRead, lossOf } from "./groups.ts"
import type { Messages } from "./messages.ts"
import { PeopleFinder } from "./people-finder.tsx"

type Person = UsersView["users"][number]
export type Move = { readonly person: Person; readonly from: string | null; readonly to: string | null }

const changeOf = ({ person, to }: Move): PolicyChangeInput => ({ move: { groupId: to, userIds: [person.userId] } })

/** Puts people into groups and takes them out: at once where it takes nothing from them, else when that was said and agreed to. */
function useMoves(words: Messages, load: () => Promise<unknown>) {
  const [moving, setMoving] = useState<Moving>({ kind: "none" })
  const [turn, setTurn] = useState(0)
  const trying = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      setMoving({ kind: "failed", problem: problemText(error, words) })
    }
  }
  const make = (move: Move, isUndone: boolean) =>
    trying(async () => {
      await policyApi.save(changeOf(move))
      setMoving(isUndone ? { kind: "none" } : { kind: "done", move })
      await load()
      setTurn((before) => before + 1)
    })
  const begin = (move: Move, isUndone = false) =>
    trying(async () => {
      const loss = lossOf(await policyApi.preview(changeOf(move)))
      if (loss === null) await make(move, isUndone)
      else setMoving({ kind: "asking", move, loss })
    })
  return { moving, turn, begin, agree: (move: Move) => make(move, false), keep: () => setMoving({ kind: "none" }) }
}

/** Who is in a group; people are put in and taken out, and each step can be undone. */
export function GroupMembers({ group, view, words, load, canChange }: GroupProps) {
  const [isAdding, setIsAdding] = useState(false)
  const { groupId } = group
  const { moving, turn, begin, agree, keep } = useMoves(words, load)
  const outcome = (
    <MoveOutcome
      {...{ moving, groupId, words, agree, keep }}
      undo={({ person, from, to }) => begin({ person, from: to, to: from }, true)}
    />
  )
  return (
    <Card withBorder padding="lg">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {words.members}
          </Title>
          {canChange ? (
            <Button variant="default" onClick={() => setIsAdding(true)}>
              {words.addMembers}
            </Button>
          ) : null}
        </Group>
        {isAdding ? null : outcome}
        {group.people === 0 ? (
          <Text>{words.noMembers}</Text>
        ) : (
          <PeopleFinder
            words={words}
            within={{ groupId }}
            turn={turn}
            action={(person) =>
              canChange ? { label: words.takeOut, run: () => begin({ person, from: groupId, to: null }) } : null
            }
          />
        )}
      </Stack>
      <AddPeople
        {...{ groupId, view, words, turn, outcome }}
        add={(person) => begin({ person, from: person.groupId ?? null, to: groupId })}
        isOpen={isAdding}
        close={() => setIsAdding(false)}
      />
    </Card>
  )
}

type AddProps = Pick<GroupsRead, "view"> & {
  readonly groupId: string
  readonly words: Messages
  readonly turn: number
  readonly add: (person: Person) => Promise<void>
  readonly isOpen: boolean
  readonly close: () => void
  readonly outcome: ReactNode
}

/** Everybody, with the group they are in now. */
function AddPeople({ groupId, view, words, turn, add, isOpen, close, outcome }: AddProps) {
  const noteOf = ({ groupId: own = null }: Person) => {
    if (own === groupId) return words.inThisGroup
    const where = view.groups.find((one) => one.groupId === own)?.name
    return where === undefined ? words.inNoGroup : words.inGroup(where)
  }
  return (
    <Dialog isOpen={isOpen} close={close} title={words.addMembers} closeLabel={words.close} isWide>
      <Stack>
        {outcome}
        <PeopleFinder
          words={words}
          within={{}}
          turn={turn}
          noteOf={noteOf}
          action={(person) => (person.groupId === groupId ? null : { label: words.addOne, run: () => add(person) })}
        />
      </Stack>
    </Dialog>
  )
}
