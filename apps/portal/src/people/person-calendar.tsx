import { policySettings } from "@kalends/domain/policy"
import { Anchor, Text } from "@mantine/core"
import { ConnectionFacts } from "../connections/connection-page.tsx"
import { connectionsPlaceText } from "../connections/place.ts"
import { Facts } from "../facts.tsx"
import { sourceText } from "../policy/own-texts.ts"
import { valueText } from "../policy/policy-texts.ts"
import { Section } from "../sign-in-parts.tsx"
import type { PersonProps } from "./person-props.ts"

/** How their connection is. */
export function PersonCalendar({ words, person: { connection, hasConnection }, locale, now }: PersonProps) {
  const text = words.peoplePages
  return (
    <Section title={text.calendar} text={text.calendarText}>
      {connection === null ? (
        <Text>{hasConnection ? text.calendarHidden : text.noCalendar}</Text>
      ) : (
        <>
          <ConnectionFacts {...{ words, locale, now }} row={connection} />
          <Anchor
            href={`#${connectionsPlaceText({ kind: "one", connectionId: connection.connectionId })}`}
            w="fit-content"
          >
            {text.toConnection}
          </Anchor>
        </>
      )}
    </Section>
  )
}

/** Each setting as it holds for them, and who says so. */
export function PersonPolicy({ words, person: { policy }, labels }: PersonProps) {
  const text = words.peoplePages
  if (policy === null) return null
  const source = { ...words.policy, own: { ...words.policy.own, ...text.sources } }
  return (
    <Section title={text.policy} text={text.policyText}>
      <Facts
        facts={policySettings.map((setting) => [
          words.policy.settings[setting],
          valueText(setting, policy.settings[setting].value, words.policy, labels),
          sourceText(policy, setting, source),
        ])}
      />
    </Section>
  )
}
