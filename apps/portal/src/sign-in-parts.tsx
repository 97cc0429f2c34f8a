import { ConfirmedAct } from "@kalends/ui/dialog"
import { Card, Stack, Text, Title } from "@mantine/core"
import { type ReactNode, useState } from "react"
import { problemText } from "./api-problem.ts"
import type { Messages } from "./messages.ts"
import type { FactorProps } from "./totp-set-up.tsx"

/** What went wrong, in the words of the page about signing in. */
export const explain = (words: Messages) => (error: unknown) =>
  problemText(error, { problems: { ...words.problems, ...words.signInPage.problems } })

type SectionProps = { readonly title: string; readonly text: string; readonly children: ReactNode }

export function Section({ title, text, children }: SectionProps) {
  return (
    <Card withBorder component="section">
      <Stack>
        <div>
          <Title order={2} size="h3">
            {title}
          </Title>
          <Text c="dimmed" mt={4}>
            {text}
          </Text>
        </div>
        {children}
      </Stack>
    </Card>
  )
}

type RemovalProps = FactorProps & {
  readonly label: string
  readonly name?: string
  readonly text: string
  readonly act: () => Promise<boolean>
}

/** An act that takes something away: it asks before. What goes wrong is said on the page. */
export function Removal({ words, label, name = label, text, act }: RemovalProps) {
  const [round, setRound] = useState(0)
  return (
    <ConfirmedAct
      key={round}
      label={label}
      name={name}
      title={name}
      keepLabel={words.signInPage.keep}
      closeLabel={words.cancel}
      tone="plain"
      explain={explain(words)}
      act={async () => {
        await act()
        setRound(round + 1)
      }}
    >
      <Text>{text}</Text>
    </ConfirmedAct>
  )
}
