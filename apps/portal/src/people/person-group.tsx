import { Button, Group, Text } from "@mantine/core"
import { useState } from "react"
import { Section } from "../sign-in-parts.tsx"
import { Barred } from "./act.tsx"
import { MoveDialog } from "./move-dialog.tsx"
import type { PersonProps } from "./person-props.ts"

/** The group that they are in, and the way into another. */
export function PersonGroup({ words, person: { user, group }, acts, reload }: PersonProps) {
  const text = words.peoplePages
  const [isMoving, setMoving] = useState(false)
  const moved = { ...user, groupId: group?.groupId ?? null }
  return (
    <Section title={text.group} text={text.groupText}>
      <Text>{group === null ? text.inNoGroup : text.inGroup(group.name)}</Text>
      {acts.group === null ? (
        <Group>
          <Button variant="default" onClick={() => setMoving(true)}>
            {text.changeGroup}
          </Button>
        </Group>
      ) : (
        <Barred bar={acts.group} words={words} />
      )}
      <MoveDialog
        words={words}
        people={isMoving ? [moved] : []}
        close={(hasMoved) => {
          setMoving(false)
          if (hasMoved) void reload()
        }}
      />
    </Section>
  )
}
