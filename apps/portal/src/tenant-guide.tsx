import { Anchor, Text } from "@mantine/core"
import type { Messages } from "./messages.ts"
import { guideLines } from "./messages-guide-lines.ts"
import { CopyLines } from "./page-parts.tsx"
import classes from "./portal.module.css"

type GuideProps = {
  readonly method: string
  readonly permission: "read" | "read-write"
  /** Where consent is given; null where that is done at the calendar service itself. */
  readonly consentUrl: string | null
  readonly words: Messages
}

/** What to do at the calendar service first: step by step, with what to copy. */
export function MethodGuide({ method, permission, consentUrl, words }: GuideProps) {
  const lines = guideLines(permission)
  return (
    <ol className={classes.guide}>
      {(words.guides[method] ?? []).map((step) => (
        <li key={step.text}>
          <Text className={classes.prose}>{step.text}</Text>
          {step.isConsent === undefined || consentUrl === null ? null : (
            <Anchor href={consentUrl} target="_blank" rel="noopener">
              {words.adminConsent}
            </Anchor>
          )}
          {step.lines === undefined ? null : <CopyLines text={lines[step.lines]} words={words} />}
        </li>
      ))}
    </ol>
  )
}
