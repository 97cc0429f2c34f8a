import { auditActions } from "@kalends/domain/audit"
import type { AuditEntryView, AuditPage, AuditVerdict } from "@kalends/protocol/audit"
import { Alert, Anchor, Button, Code, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { auditApi, auditExportUrl } from "./api-audit.ts"
import { type AuditChoice, anything, auditQueryOf, isNarrowed } from "./audit-filter.ts"
import type { Messages } from "./messages.ts"
import { PageFrame, Trouble, Waiting } from "./page-parts.tsx"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { useLoaded } from "./use-loaded.ts"

type AuditProps = {
  readonly words: Messages
  readonly locale: string
  readonly userId: string
}

/** The organisation's log, for administrators. */
export function Audit({ words, locale, userId }: AuditProps) {
  const [choice, choose] = useState<AuditChoice>(anything)
  const query = auditQueryOf(choice, platform.zone)
  const key = JSON.stringify(query)
  const { value, error, reload, put } = useLoaded<AuditPage>(() => auditApi.page(query), key)
  const [moreError, setMoreError] = useState<unknown>(null)
  const more = async (page: AuditPage, before: number) => {
    try {
      const next = await auditApi.page({ ...query, before })
      put({ entries: [...page.entries, ...next.entries], before: next.before })
      setMoreError(null)
    } catch (failure) {
      setMoreError(failure)
    }
  }
  return (
    <PageFrame
      title={words.auditLog.audit}
      text={words.auditLog.auditText}
      action={
        <Button component="a" href={auditExportUrl} download="audit.ndjson" variant="default">
          {words.auditLog.exportLog}
        </Button>
      }
    >
      <Verification words={words} />
      <Filters {...{ words, userId, choice, choose }} />
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <>
          <Trouble error={error ?? moreError} words={words} />
          <Entries
            entries={value.entries}
            about={(subject) => choose({ ...anything, subject })}
            {...{ words, locale }}
          />
          {value.before === null ? null : (
            <Group>
              <Button variant="default" onClick={() => void more(value, value.before ?? 1)}>
                {words.more}
              </Button>
            </Group>
          )}
        </>
      )}
    </PageFrame>
  )
}

/** Whether nobody changed the log, said when it is asked for. */
function Verification({ words }: { readonly words: Messages }) {
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const verify = async () => {
    setBusy(true)
    try {
      setVerdict(await auditApi.verify())
      setError(null)
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  return (
    <Stack gap="sm">
      <Group>
        <Button loading={isBusy} onClick={() => void verify()}>
          {words.auditLog.verify}
        </Button>
      </Group>
      <Trouble error={error} words={words} />
      {verdict === null ? null : <Verdict verdict={verdict} words={words} />}
    </Stack>
  )
}

function Verdict({ verdict, words }: { readonly verdict: AuditVerdict; readonly words: Messages }) {
  const { count, brokenAt, head } = verdict
  if (brokenAt !== null)
    return (
      <Alert color="red" role="alert">
        {words.auditLog.broken(brokenAt)}
      </Alert>
    )
  return (
    <Alert color="green" role="status" title={`✓ ${words.auditLog.verified(count)}`}>
      <Text size="sm">{words.auditLog.verifiedHead}</Text>
      <Code className={classes.breakable}>{head}</Code>
    </Alert>
  )
}

type FilterProps = Pick<AuditProps, "words" | "userId"> & {
  readonly choice: AuditChoice
  readonly choose: (choice: AuditChoice) => void
}

function Filters({ words, userId, choice, choose }: FilterProps) {
  const field = (name: keyof AuditChoice) => ({
    value: choice[name],
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      choose({ ...choice, [name]: currentTarget.value }),
  })
  const { auditLog } = words
  const actions = auditActions.map((action) => ({ value: action, label: auditLog.actions[action] }))
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NativeSelect
          label={auditLog.who}
          data={[
            { value: "", label: auditLog.everybody },
            { value: userId, label: auditLog.onlyMe },
          ]}
          {...field("actor")}
        />
        <NativeSelect
          label={auditLog.what}
          data={[{ value: "", label: auditLog.everything }, ...actions]}
          {...field("action")}
        />
        <TextInput type="date" label={auditLog.fromDay} max={choice.toDay} {...field("fromDay")} />
        <TextInput type="date" label={auditLog.toDay} min={choice.fromDay} {...field("toDay")} />
      </SimpleGrid>
      {isNarrowed(choice) ? (
        <Group gap="sm">
          {choice.subject === "" ? null : <Text size="sm">{auditLog.onlyAbout}</Text>}
          <Button variant="subtle" size="compact-md" onClick={() => choose(anything)}>
            {auditLog.clearFilters}
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

type EntriesProps = Pick<AuditProps, "words" | "locale"> & {
  readonly entries: readonly AuditEntryView[]
  /** Shows what else was done with the same thing. */
  readonly about: (subjectId: string) => void
}

function Entries({ entries, words, locale, about }: EntriesProps) {
  if (entries.length === 0) return <Text>{words.auditLog.auditEmpty}</Text>
  return (
    <ul className={classes.people}>
      {entries.map((entry) => (
        <li key={entry.sequence} className={classes.entry}>
          <Group justify="space-between" gap="xs">
            <Text fw={600}>{words.auditLog.actions[entry.action]}</Text>
            <Text size="sm" c="dimmed">
              {timeOf(entry.at, locale)}
            </Text>
          </Group>
          <Group justify="space-between" gap="xs">
            <Text size="sm">
              {actorOf(entry.actor, words)} · {words.auditLog.why} <Code>{entry.reason}</Code>
            </Text>
            <Anchor component="button" type="button" size="sm" onClick={() => about(entry.subjectId)}>
              {words.auditLog.aboutThis}
            </Anchor>
          </Group>
        </li>
      ))}
    </ul>
  )
}

function actorOf(actor: AuditEntryView["actor"], { auditLog }: Messages): string {
  if (actor.kind === "service") return `${auditLog.service} (${actor.part})`
  return actor.displayName ?? auditLog.somebodyGone
}

const timeOf = (at: string, locale: string) =>
  Temporal.Instant.from(at)
    .toZonedDateTimeISO(platform.zone)
    .toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" })
