import type { PolicyChangeInput, PolicyPreview } from "@kalends/protocol/policy"
import { usePages, VirtualList } from "@kalends/ui/virtual-list"
import { SegmentedControl, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { policyApi } from "../api-policy.ts"
import { problemText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import classes from "../portal.module.css"

export const effects = ["disconnect", "blocked", "stay"] as const
type Effect = (typeof effects)[number]
type Person = PolicyPreview["people"][number]

type NamesProps = {
  readonly change: PolicyChangeInput
  readonly words: Messages
  /** The first page of those who are disconnected, with how many there are of each kind. */
  readonly first: PolicyPreview
}

const personKey = ({ userId }: Person) => userId

/** The people of one kind, however many they are. */
export function PreviewNames({ change, words, first }: NamesProps) {
  const text = words.policy
  const { counts } = first
  const present = effects.filter((effect) => counts[effect] > 0)
  const [effect, setEffect] = useState<Effect>(present[0] ?? "stay")
  const read = async (after: string | null) => {
    const isKnown = effect === "disconnect" && after === null
    const page = isKnown ? first : await policyApi.preview({ ...change, effect, after })
    return { rows: page.people, next: page.after, total: counts[effect] }
  }
  const loader = usePages(personKey, { read }, effect)
  if (present.length === 0) return null
  return (
    <Stack gap="xs">
      {present.length < 2 ? null : (
        <SegmentedControl
          aria-label={text.whom}
          value={effect}
          onChange={(chosen) => setEffect(effects.find((one) => one === chosen) ?? "stay")}
          data={present.map((one) => ({ value: one, label: text.effects[one] }))}
        />
      )}
      <div className={classes.shortList}>
        <VirtualList
          label={text.whom}
          loader={loader}
          idOf={personKey}
          columns={[{ key: "person", title: words.name, cell: (person) => <Named person={person} words={words} /> }]}
          empty={<Text>{text.nobodyNow}</Text>}
          words={words}
          explain={(error) => problemText(error, words)}
        />
      </div>
    </Stack>
  )
}

function Named({
  person: { displayName, email, causes },
  words,
}: {
  readonly person: Person
  readonly words: Messages
}) {
  const text = words.policy
  return (
    <Text className={classes.breakable}>
      {displayName} · {email}
      {causes.length === 0 ? null : (
        <Text span size="sm" c="dimmed">
          {" "}
          {text.because(causes.map((cause) => text.settings[cause]).join(text.comma))}
        </Text>
      )}
    </Text>
  )
}
