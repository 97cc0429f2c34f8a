import { ConfirmedAct } from "@kalends/ui/dialog"
import { Text } from "@mantine/core"
import { type ReactNode, useState } from "react"
import { problemText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import type { Bar } from "./person-acts.ts"

type ActProps = {
  readonly words: Messages
  readonly label: string
  readonly title: string
  readonly children: ReactNode
  readonly tone?: "lossy" | "main" | "plain"
  /** Why it may not be done; null where it may. */
  readonly bar: Bar | null
  readonly act: () => Promise<unknown>
}

/** An act that asks before, and closes its dialog when it is done; or the reason why it cannot be done. */
export function Act({ words, label, title, children, tone = "plain", bar, act }: ActProps) {
  const [round, setRound] = useState(0)
  if (bar !== null) return <Barred bar={bar} words={words} />
  return (
    <ConfirmedAct
      key={round}
      {...{ label, title, tone }}
      keepLabel={words.peoplePages.keep}
      closeLabel={words.close}
      explain={(error) => problemText(error, words)}
      act={async () => {
        await act()
        setRound(round + 1)
      }}
    >
      {children}
    </ConfirmedAct>
  )
}

/** What bars everything is said once, at the head of the page. */
export function Barred({ bar, words }: { readonly bar: Bar; readonly words: Messages }) {
  if (bar === "not-allowed" || bar === "person-above") return null
  return (
    <Text size="sm" c="dimmed">
      {words.peoplePages.whyNot[bar]}
    </Text>
  )
}
