import { roles } from "@kalends/domain/ability"
import { Button, Group, NativeSelect, SimpleGrid } from "@mantine/core"
import { api } from "./api.ts"
import type { Messages } from "./messages.ts"
import { anybody, type PeopleChoice, peopleStates, secondSteps } from "./people-pages.ts"
import { useLoaded } from "./use-loaded.ts"

type FiltersProps = {
  readonly words: Messages
  readonly choice: PeopleChoice
  readonly choose: (choice: PeopleChoice) => void
  /** Whether whoever looks may see the groups. */
  readonly hasGroups: boolean
}

/** Whom of the people are shown: by their calendar, their role, their second step and their group. */
export function PeopleFilters({ words, choice, choose, hasGroups }: FiltersProps) {
  const { anyState, anyRole, anyGroup, group } = words.navigation.people
  const { secondStep, anySecondStep, secondStepIs } = words.peoplePages
  const groups = useLoaded(async () => (hasGroups ? (await api.groups()).groups : []))
  const field = (name: keyof PeopleChoice) => ({
    value: choice[name],
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      choose({ ...choice, [name]: currentTarget.value }),
  })
  const states = peopleStates.map((value) => ({
    value,
    label: value === "none" ? words.none : (words.states[value] ?? value),
  }))
  const ofRoles = roles.map((value) => ({ value, label: words.navigation.roles[value] }))
  const ofSteps = secondSteps.map((value) => ({ value, label: secondStepIs[value] }))
  const ofGroups = (groups.value ?? []).map(({ groupId, name }) => ({ value: groupId, label: name }))
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <NativeSelect label={words.calendar} data={[{ value: "", label: anyState }, ...states]} {...field("state")} />
        <NativeSelect label={words.role} data={[{ value: "", label: anyRole }, ...ofRoles]} {...field("role")} />
        <NativeSelect
          label={secondStep}
          data={[{ value: "", label: anySecondStep }, ...ofSteps]}
          {...field("secondStep")}
        />
        {ofGroups.length === 0 ? null : (
          <NativeSelect label={group} data={[{ value: "", label: anyGroup }, ...ofGroups]} {...field("groupId")} />
        )}
      </SimpleGrid>
      {Object.values(choice).some((text) => text !== "") ? (
        <Group>
          <Button variant="transparent" size="compact-sm" px={0} onClick={() => choose(anybody)}>
            {words.peoplePages.showEverybody}
          </Button>
        </Group>
      ) : null}
    </>
  )
}
