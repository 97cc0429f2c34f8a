import { auditActions } from "@kalends/domain/audit"
import { openingReasons, plainReasons } from "@kalends/domain/audit-reason"
import { Dialog } from "@kalends/ui/dialog"
import { Anchor, Button, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { type AuditChoice, anything, isNarrowed } from "./audit-filter.ts"
import type { Messages } from "./messages.ts"
import { PeopleFinder } from "./people-finder.tsx"
import type { Person } from "./people-pages.ts"

type FilterProps = {
  readonly words: Messages
  readonly userId: string
  readonly choice: AuditChoice
  readonly choose: (choice: AuditChoice) => void
  /** Where what they leave is a table. */
  readonly tableUrl: string
}

/** What stands in the field for whom until somebody is chosen. */
const another = "another"

/** Which entries of the log are shown: whose, what, why, about what, and of which days. */
export function AuditFilters({ words, userId, choice, choose, tableUrl }: FilterProps) {
  const field = (name: keyof AuditChoice) => ({
    value: choice[name],
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      choose({ ...choice, [name]: currentTarget.value }),
  })
  const { auditLog } = words
  const actions = auditActions.map((action) => ({ value: action, label: auditLog.actions[action] }))
  const reasons = [...plainReasons, ...openingReasons.map((reason) => `refresh-for-${reason}`)]
    .map((reason) => ({ value: reason, label: auditLog.reasonOf(reason) }))
    .sort((a, b) => a.label.localeCompare(b.label))
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        <WhoField {...{ words, userId }} actor={choice.actor} choose={(actor) => choose({ ...choice, actor })} />
        <NativeSelect
          label={auditLog.what}
          data={[{ value: "", label: auditLog.everything }, ...actions]}
          {...field("action")}
        />
        <NativeSelect
          label={auditLog.why}
          data={[{ value: "", label: auditLog.anyReason }, ...reasons]}
          {...field("reason")}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="sm">
        <TextInput type="date" label={auditLog.fromDay} max={choice.toDay} {...field("fromDay")} />
        <TextInput type="date" label={auditLog.toDay} min={choice.fromDay} {...field("toDay")} />
      </SimpleGrid>
      <Group gap="sm">
        {choice.subject === "" ? null : <Text size="sm">{auditLog.onlyAbout}</Text>}
        {isNarrowed(choice) ? (
          <Button variant="transparent" size="compact-sm" px={0} onClick={() => choose(anything)}>
            {auditLog.clearFilters}
          </Button>
        ) : null}
        <Anchor href={tableUrl} download="audit.csv" size="sm">
          {auditLog.asTable}
        </Anchor>
      </Group>
    </Stack>
  )
}

type WhoProps = Pick<FilterProps, "words" | "userId"> & {
  readonly actor: string
  readonly choose: (actor: string) => void
}

/** Everybody, oneself, or somebody found by a part of their name. */
function WhoField({ words, userId, actor, choose }: WhoProps) {
  const [isChoosing, setChoosing] = useState(false)
  const [person, setPerson] = useState<Person | null>(null)
  const { auditLog } = words
  const close = () => setChoosing(false)
  return (
    <>
      <NativeSelect
        label={auditLog.who}
        value={actor}
        data={[
          { value: "", label: auditLog.everybody },
          { value: userId, label: auditLog.onlyMe },
          ...(person === null || person.userId === userId ? [] : [{ value: person.userId, label: person.displayName }]),
          { value: another, label: auditLog.somebody },
        ]}
        onChange={({ currentTarget: { value } }) => (value === another ? setChoosing(true) : choose(value))}
      />
      <Dialog isOpen={isChoosing} close={close} title={auditLog.choosePerson} closeLabel={words.close} isWide>
        <PeopleFinder
          words={words}
          within={{}}
          turn={0}
          action={(found) => ({
            label: auditLog.choose,
            run: async () => {
              setPerson(found)
              choose(found.userId)
              close()
            },
          })}
        />
      </Dialog>
    </>
  )
}
