import { Card, Stack, Text, Title } from "@mantine/core"
import { type Facts, type Finding, filled, linesFor, readable, untold } from "./checkup.ts"
import type { Messages } from "./messages.ts"
import type { CheckWords } from "./messages-checkup.ts"
import { CopyLines } from "./page-parts.tsx"
import classes from "./portal.module.css"

type FindingProps = { readonly finding: Finding; readonly words: Messages; readonly locale: string }
type FindingsProps = { readonly findings: readonly Finding[]; readonly words: Messages }

function wordsOf({ code }: Pick<Finding, "code">, { checkup }: Messages): CheckWords {
  return checkup.codes[code] ?? { name: checkup.unknown(code), wrong: checkup.unknownText, fix: "" }
}

/** This service, the organisation, or which mailboxes. */
function subjectText({ subject, mailboxes }: Finding, { checkup }: Messages): string {
  return subject === "mailbox" ? mailboxes.join(", ") : checkup.subjects[subject]
}

/** What is filled into the texts: what was found, and the mailbox where it is one. */
function factsOf({ facts, mailboxes }: Finding, locale: string): Facts {
  const [only] = mailboxes
  return { ...(only === undefined || mailboxes.length > 1 ? {} : { mailbox: only }), ...readable(facts, locale) }
}

/** One setting that is wrong, or perhaps is: what, where, and how it is mended. */
export function FindingCard({ finding, words, locale }: FindingProps) {
  const { checkup } = words
  const { name, wrong, fix, steps = [], lines } = wordsOf(finding, words)
  const facts = factsOf(finding, locale)
  const others = untold([wrong, fix, lines ?? "", ...steps], facts)
  const isWrong = finding.outcome === "wrong"
  return (
    <Card withBorder padding="lg" className={classes.finding} data-outcome={finding.outcome}>
      <Stack gap="xs">
        <div>
          <Text size="sm" fw={600} className={classes.verdict} data-outcome={finding.outcome}>
            {isWrong ? checkup.wrong : checkup.doubtful}
          </Text>
          <Title order={3} size="h4">
            {name}
          </Title>
          <Text size="sm" c="dimmed" className={classes.breakable}>
            {subjectText(finding, words)}
          </Text>
        </div>
        <Text className={classes.prose}>{filled(wrong, facts)}</Text>
        {others.length === 0 ? null : (
          <Text size="sm" c="dimmed" className={classes.breakable}>
            {checkup.found(others.join(", "))}
          </Text>
        )}
        {fix === "" ? null : (
          <div>
            <Text fw={600} size="sm" mt={4}>
              {checkup.howToMend}
            </Text>
            <Text className={classes.prose}>{filled(fix, facts)}</Text>
          </div>
        )}
        {steps.length === 0 ? null : (
          <ol className={classes.guide}>
            {steps.map((step) => (
              <li key={step}>{filled(step, facts)}</li>
            ))}
          </ol>
        )}
        {lines === undefined ? null : <CopyLines text={linesFor(lines, facts, finding.mailboxes)} words={words} />}
      </Stack>
    </Card>
  )
}

/** What could not be looked at, and why: by the setting it depends on, or by a problem's code. */
export function NotCheckedList({ findings, words }: FindingsProps) {
  const { checkup, tenantProblems } = words
  const why = ({ facts: { because } }: Finding) => {
    const code = String(because ?? "")
    const setting = checkup.codes[code]
    return setting === undefined ? (tenantProblems[code] ?? checkup.noReason) : checkup.because(setting.name)
  }
  return (
    <ul className={classes.people}>
      {findings.map((finding) => (
        <li key={JSON.stringify(finding)} className={classes.entry}>
          <Text>{wordsOf(finding, words).name}</Text>
          <Text size="sm" c="dimmed" className={classes.breakable}>
            {subjectText(finding, words)} · {why(finding)}
          </Text>
        </li>
      ))}
    </ul>
  )
}

/** Names alone: there is nothing to do. */
export function RightList({ findings, words }: FindingsProps) {
  return (
    <ul className={classes.people}>
      {findings.map((finding) => (
        <li key={JSON.stringify(finding)} className={classes.entry}>
          <Text>{wordsOf(finding, words).name}</Text>
          <Text size="sm" c="dimmed" className={classes.breakable}>
            {subjectText(finding, words)}
          </Text>
        </li>
      ))}
    </ul>
  )
}
