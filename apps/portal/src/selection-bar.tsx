import { Button, Checkbox, Group, Text } from "@mantine/core"
import type { ReactNode } from "react"
import classes from "./portal.module.css"
import type { Selecting, Selection } from "./selection.ts"

type BarProps<Item> = {
  readonly selecting: Selecting<Item>
  readonly shown: readonly Item[]
  readonly selection: Selection<Item>
  readonly select: (selection: Selection<Item>) => void
  readonly texts: { readonly all: string; readonly selected: string; readonly clear: string }
  /** What is done with them. */
  readonly children?: ReactNode
}

/** How many are selected, and what is done with them. It stays in sight. */
export function SelectionBar<Item>({ selecting, shown, selection, select, texts, children }: BarProps<Item>) {
  const count = shown.filter((item) => selection.has(selecting.keyOf(item))).length
  return (
    <div className={classes.selectionBar}>
      <Group justify="space-between" gap="sm">
        <Checkbox
          label={texts.all}
          disabled={shown.length === 0}
          checked={shown.length > 0 && count === shown.length}
          indeterminate={count > 0 && count < shown.length}
          onChange={() => select(selecting.toggledAll(selection, shown))}
        />
        <Group gap="xs">
          <Text size="sm" role="status">
            {texts.selected}
          </Text>
          {selection.size === 0 ? null : (
            <Button variant="subtle" size="compact-sm" onClick={() => select(new Map())}>
              {texts.clear}
            </Button>
          )}
          {children}
        </Group>
      </Group>
    </div>
  )
}
