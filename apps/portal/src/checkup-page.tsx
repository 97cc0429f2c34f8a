import type { CheckupView } from "@kalends/protocol/checkup"
import { relativeTime } from "@kalends/ui/words"
import { Accordion, Button, Card, Group, Loader, Stack, Text, Textarea, Title } from "@mantine/core"
import { useState } from "react"
import { tenantApi } from "./api-tenants.ts"
import { findingsOf, readMailboxes } from "./checkup.ts"
import { FindingCard, NotCheckedList, RightList } from "./checkup-findings.tsx"
import type { HandProps } from "./organisation-screen.tsx"
import { PageFrame, type PageProps, Trouble } from "./page-parts.tsx"
import classes from "./portal.module.css"
import { tenantName } from "./tenant-words.tsx"
import { useLoaded } from "./use-loaded.ts"

type CheckupProps = PageProps & HandProps & { readonly tenantConnectionId: string }

/** Looks at an organisation's settings, and says which are wrong and how each is mended. */
export function CheckupPage({ tenantConnectionId, words, locale, now }: CheckupProps) {
  const { checkup } = words
  const tenants = useLoaded(tenantApi.tenants)
  const tenant = tenants.value?.tenants.find((one) => one.tenantConnectionId === tenantConnectionId)
  const [found, setFound] = useState<CheckupView | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setIsBusy] = useState(false)
  const run = async (mailboxes: readonly string[]) => {
    setIsBusy(true)
    setError(null)
    await tenantApi.checkup(tenantConnectionId, { mailboxes: [...mailboxes] }).then(setFound, setError)
    setIsBusy(false)
  }
  return (
    <PageFrame
      back={{
        label: tenant === undefined ? words.tenants.connections : tenantName(tenant),
        place: { kind: "tenant", tenantConnectionId },
      }}
      title={checkup.title}
      text={checkup.text}
    >
      <CheckupForm {...{ words, isBusy, run }} isFirst={found === null} />
      <Trouble error={error} words={words} />
      {isBusy ? (
        <Group role="status">
          <Loader size="sm" aria-hidden />
          <Text>{checkup.running}</Text>
        </Group>
      ) : found === null ? null : (
        <Findings
          {...{ found, words, locale }}
          when={relativeTime(Temporal.Instant.from(found.checkedAt), now, locale)}
        />
      )}
    </PageFrame>
  )
}

type FormProps = Pick<PageProps, "words"> & {
  readonly isBusy: boolean
  readonly isFirst: boolean
  readonly run: (mailboxes: readonly string[]) => Promise<void>
}

function CheckupForm({ words: { checkup }, isBusy, isFirst, run }: FormProps) {
  const [typed, setTyped] = useState("")
  const [problem, setProblem] = useState<string | null>(null)
  const submit = () => {
    const read = readMailboxes(typed)
    if (read.kind === "too-many") return setProblem(checkup.tooMany)
    if (read.kind === "no-address") return setProblem(checkup.notAddress(read.text))
    setProblem(null)
    void run(read.mailboxes)
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Stack>
        <Textarea
          label={checkup.mailboxes}
          description={checkup.mailboxesHint}
          error={problem}
          autosize
          minRows={2}
          maxRows={8}
          autoComplete="off"
          spellCheck={false}
          maxLength={6_000}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Group>
          <Button type="submit" disabled={isBusy}>
            {isFirst ? checkup.run : checkup.again}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type FindingsProps = Pick<PageProps, "words" | "locale"> & { readonly found: CheckupView; readonly when: string }

/** Wrong ones first, then those in doubt, those that could not be looked at, and, folded, those that are right. */
function Findings({ found, words, locale, when }: FindingsProps) {
  const { checkup } = words
  const wrong = findingsOf(found, "wrong")
  const doubtful = findingsOf(found, "doubtful")
  const notChecked = findingsOf(found, "not-checked")
  const right = findingsOf(found, "right")
  const isAllRight = wrong.length + doubtful.length + notChecked.length === 0
  const headline = isAllRight
    ? checkup.allRight(right.length)
    : wrong.length === 0
      ? checkup.noneWrong
      : checkup.wrongOnes(wrong.length)
  return (
    <>
      <div role="status">
        <Title order={2} size="h3">
          {headline}
        </Title>
        <Text size="sm" c="dimmed">
          {checkup.checkedWhen(when)}
        </Text>
      </div>
      {[wrong, doubtful].map((findings, at) =>
        findings.length === 0 ? null : (
          <section key={at === 0 ? "wrong" : "doubtful"}>
            {at === 0 ? null : (
              <Title order={2} size="h4" mb="sm">
                {checkup.doubtfulOnes}
              </Title>
            )}
            <Stack gap="sm">
              {findings.map((finding) => (
                <FindingCard key={JSON.stringify(finding)} {...{ finding, words, locale }} />
              ))}
            </Stack>
          </section>
        ),
      )}
      {notChecked.length === 0 ? null : (
        <Card withBorder padding="lg" component="section" aria-label={checkup.notChecked}>
          <Title order={2} size="h4" mb="sm">
            {checkup.notChecked}
          </Title>
          <NotCheckedList findings={notChecked} words={words} />
        </Card>
      )}
      {right.length === 0 ? null : (
        <Accordion variant="contained" transitionDuration={0} className={classes.folded}>
          <Accordion.Item value="right">
            <Accordion.Control>{checkup.rightOnes(right.length)}</Accordion.Control>
            <Accordion.Panel>
              <RightList findings={right} words={words} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </>
  )
}
