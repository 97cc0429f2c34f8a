import { Anchor, Text } from "@mantine/core"
import { useSyncExternalStore } from "react"
import { PageFrame, type PageProps } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import type { DeskProps } from "./desk.ts"
import { LevelEditor } from "./level-editor.tsx"
import { PolicyDesk } from "./policy-desk.tsx"
import { PolicyTable } from "./policy-table.tsx"
import { levelOfAddress } from "./policy-view.ts"

/** What holds for the organisation and its groups, and how it is changed. */
export function PolicyScreen({ canChange, ...page }: PageProps & { readonly canChange: boolean }) {
  const { words } = page
  const level = levelOfAddress(useSyncExternalStore(platform.onPlace, platform.placeText))
  return (
    <PageFrame title={words.policy.title} text={words.policy.text}>
      <PolicyDesk {...page} canChange={canChange} hasPast={level === undefined}>
        {(desk) => (level === undefined ? <PolicyTable {...desk} /> : <OneLevel {...desk} groupId={level} />)}
      </PolicyDesk>
    </PageFrame>
  )
}

function OneLevel(props: DeskProps & { readonly groupId: string | null }) {
  const { levels, groupId, words } = props
  const group = levels.groups.find((one) => one.groupId === groupId)
  return (
    <section>
      <Anchor href="#policy">← {words.policy.back}</Anchor>
      <Text component="h2" size="xl" fw={650} mt="sm" mb="md">
        {groupId === null ? words.policy.organisation : (group?.name ?? words.policy.noSuchGroup)}
      </Text>
      {groupId === null || group !== undefined ? <LevelEditor {...props} /> : null}
    </section>
  )
}
