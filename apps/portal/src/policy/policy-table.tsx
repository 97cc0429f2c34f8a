import { policySettings } from "@kalends/domain/policy"
import { Anchor, NativeSelect, Table, Text } from "@mantine/core"
import { platform } from "../platform.ts"
import type { DeskProps } from "./desk.ts"
import classes from "./policy.module.css"
import { standingText } from "./policy-texts.ts"
import { addressOfLevel, groupsWithWords, isChanged, standingOf } from "./policy-view.ts"

type LevelRow = { readonly groupId: string | null; readonly name: string; readonly about: string }

/** What the organisation says of each setting, and each group that says anything itself. */
export function PolicyTable(props: DeskProps) {
  const { levels, draft, words } = props
  const text = words.policy
  const shown = groupsWithWords(levels, draft)
  const rest = levels.groups.length - shown.length
  const rows: readonly LevelRow[] = [
    { groupId: null, name: text.organisation, about: text.everybody },
    ...shown.map(({ groupId, name, people }) => ({ groupId, name, about: text.peopleOf(people) })),
  ]
  return (
    <>
      <Table className={classes.levels} aria-label={text.title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{text.level}</Table.Th>
            {policySettings.map((setting) => (
              <Table.Th key={setting} scope="col">
                {text.settings[setting]}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Level key={row.groupId ?? ""} {...props} row={row} />
          ))}
        </Table.Tbody>
      </Table>
      {levels.groups.length === 0 ? <Text c="dimmed">{text.noGroups}</Text> : null}
      {rest > 0 ? <Text c="dimmed">{text.following(rest)}</Text> : null}
      {rest > 0 && props.canChange ? <GroupChooser {...props} /> : null}
    </>
  )
}

function Level({ levels, draft, words, row, canChange }: DeskProps & { readonly row: LevelRow }) {
  const text = words.policy
  const { groupId, name, about } = row
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.level}>
        <Text fw={600} component="span" className={classes.name}>
          {name}
        </Text>
        <Text size="sm" c="dimmed" fw={400}>
          {about}
        </Text>
        <Anchor
          href={`#${addressOfLevel(groupId)}`}
          size="sm"
          fw={500}
          aria-label={`${canChange ? text.edit : text.see}: ${name}`}
        >
          {canChange ? text.edit : text.see}
        </Anchor>
      </Table.Th>
      {policySettings.map((setting) => {
        const spot = { groupId, setting }
        const standing = standingOf(levels, draft, spot)
        return (
          <Table.Td key={setting} data-title={text.settings[setting]} data-own={standing.kind === "own"}>
            {standingText(setting, standing, text, levels.providers)}
            {isChanged(draft, spot) ? <span className={classes.changed}>{text.changed}</span> : null}
          </Table.Td>
        )
      })}
    </Table.Tr>
  )
}

/** A group that has said nothing yet. */
function GroupChooser({ levels, draft, words }: DeskProps) {
  const text = words.policy
  const shown = new Set(groupsWithWords(levels, draft).map(({ groupId }) => groupId))
  return (
    <NativeSelect
      label={text.chooseGroup}
      value=""
      maw="24rem"
      data={[
        { value: "", label: text.groupPlaceholder },
        ...levels.groups
          .filter(({ groupId }) => !shown.has(groupId))
          .map(({ groupId, name }) => ({ value: groupId, label: name })),
      ]}
      onChange={({ currentTarget }) => {
        if (currentTarget.value !== "") platform.goToPlace(addressOfLevel(currentTarget.value))
      }}
    />
  )
}
