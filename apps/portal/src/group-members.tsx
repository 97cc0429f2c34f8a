import type { UsersView } from "@kalends/protocol/api"
import { Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Button, Card, Group, Stack, Text, Title } from "@mantine/core"
import { useState } from "react"
import { api } from "./api.ts"
import { problemText } from "./api-problem.ts"
import type { GroupProps } from "./group-page.tsx"
import { isOnFor } from "./groups.ts"
import { PeopleFinder } from "./people-finder.tsx"

type Person = UsersView["users"][number]
type Move = { readonly person: Person; readonly from: string | null; readonly to: string | null }

/** Who is in a group; people are put in and taken out, and each step can be undone. */
export function GroupMembers({ group, view, words, load }: GroupProps) {
  const [isAdding, setIsAdding] = useState(false)
  const [last, setLast] = useState<Move | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [turn, setTurn] = useState(0)
  const { groupId } = group
  const state = (isOn: boolean) => (isOn ? words.inStep : words.notInStep)
  const move = async ({ person, from, to }: Move, isUndone = false) => {
    setProblem(null)
    try {
      await api.setGroupOfUser(person.userId, to)
      setLast(isUndone ? null : { person, from, to })
      await load()
    } catch (error) {
      setProblem(problemText(error, words))
    }
    setTurn((before) => before + 1)
  }
  const undo = (one: Move) => void move(one, true)
  return (
    <Card withBorder padding="lg">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {words.members}
          </Title>
          <Button variant="default" onClick={() => setIsAdding(true)}>
            {words.addMembers}
          </Button>
        </Group>
        {isAdding ? null : <Moved {...{ last, problem, groupId, words, undo }} />}
        {group.people === 0 ? (
          <Text>{words.noMembers}</Text>
        ) : (
          <>
            <Text size="sm" c="dimmed">
              {words.takenOutFollow(state(view.isOn))}
            </Text>
            <PeopleFinder
              words={words}
              within={{ groupId }}
              turn={turn}
              action={(person) => ({
                label: words.takeOut,
                run: () => move({ person, from: groupId, to: null }),
              })}
            />
          </>
        )}
      </Stack>
      <AddPeople
        {...{ group, view, words, turn, move }}
        isOpen={isAdding}
        close={() => setIsAdding(false)}
        moved={<Moved {...{ last, problem, groupId, words, undo }} />}
      />
    </Card>
  )
}

type AddProps = Omit<GroupProps, "load"> & {
  readonly turn: number
  readonly move: (move: Move) => Promise<void>
  readonly isOpen: boolean
  readonly close: () => void
  readonly moved: React.ReactNode
}

/** Everybody, with what becomes different for them in this group. */
function AddPeople({ group, view, words, turn, move, isOpen, close, moved }: AddProps) {
  const { groupId } = group
  const state = (isOn: boolean) => (isOn ? words.inStep : words.notInStep)
  const noteOf = ({ groupId: own = null }: Person) => {
    if (own === groupId) return words.inThisGroup
    const where = view.groups.find((one) => one.groupId === own)?.name
    const [before, after] = [isOnFor(view, own), isOnFor(view, groupId)]
    const change = before === after ? null : words.becomes(state(before), state(after))
    return [where === undefined ? words.inNoGroup : words.inGroup(where), change].filter(Boolean).join(" · ")
  }
  return (
    <Dialog isOpen={isOpen} close={close} title={words.addMembers} closeLabel={words.close} isWide>
      <Stack>
        {moved}
        <PeopleFinder
          words={words}
          within={{}}
          turn={turn}
          noteOf={noteOf}
          action={(person) =>
            person.groupId === groupId
              ? null
              : {
                  label: words.addOne,
                  run: () => move({ person, from: person.groupId ?? null, to: groupId }),
                }
          }
        />
      </Stack>
    </Dialog>
  )
}

type MovedProps = Pick<GroupProps, "words"> & {
  readonly last: Move | null
  readonly problem: string | null
  readonly groupId: string
  readonly undo: (move: Move) => void
}

/** Who was put in or taken out last, and the way back. */
function Moved({ last, problem, groupId, words, undo }: MovedProps) {
  if (problem !== null) return <ProblemAlert problem={problem} />
  if (last === null) return null
  const { person, from, to } = last
  return (
    <Alert color="green" role="status" py="xs">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">
          {to === groupId ? words.wasAdded(person.displayName) : words.wasTakenOut(person.displayName)}
        </Text>
        <Button variant="default" size="compact-sm" onClick={() => undo({ person, from: to, to: from })}>
          {words.undo}
        </Button>
      </Group>
    </Alert>
  )
}
