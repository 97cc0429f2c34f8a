import type { OwnPolicyView } from "@kalends/protocol/policy"
import { relativeTime } from "@kalends/ui/words"
import { Alert, Anchor, Text } from "@mantine/core"
import type { PageProps } from "../page-parts.tsx"
import { valueText, wordText } from "./policy-texts.ts"

/** That policy disconnected the person's calendar, and what they can do; until they connect again. */
export function OwnNotice({ policy, words, locale, now }: PageProps & { readonly policy: OwnPolicyView }) {
  const { notice, settings, mayConnect } = policy
  if (notice === null) return null
  const text = words.policy
  const { cause, provider, providerLabel, at } = notice
  const { value, lockedBy } = settings[cause]
  const labels = [{ provider, label: providerLabel }]
  const changedTo =
    cause === "providers"
      ? valueText(cause, value, text, labels)
      : wordText(cause, { value, isLocked: lockedBy !== null }, text, labels)
  return (
    <Alert color="orange" role="status">
      <Text fw={600}>
        {text.own.notice(
          text.settings[cause],
          changedTo,
          providerLabel,
          relativeTime(Temporal.Instant.from(at), now, locale),
        )}
      </Text>
      <Text>
        {mayConnect ? text.own.noticeReconnect : text.own.noticeWait}{" "}
        <Anchor href="#settings" inherit>
          {text.own.toSettings}
        </Anchor>
      </Text>
    </Alert>
  )
}
