import type { SubjectKind } from "@kalends/domain/audit"
import type { AuditEntryView, AuditQuery, AuditVerdict } from "@kalends/protocol/audit"
import { actorText, subjectText } from "@kalends/protocol/audit-text"
import type { RowsPage } from "@kalends/ui/page-loader"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { chooseLanguage } from "@kalends/ui/words"
import { Alert, Anchor, Button, Code, Group, Stack, Text } from "@mantine/core"
import { useState, useSyncExternalStore } from "react"
import { auditApi, auditExportUrl, auditTableUrl } from "./api-audit.ts"
import { problemText } from "./api-problem.ts"
import { type AuditChoice, addressOfChoice, anything, auditQueryOf, choiceOfAddress } from "./audit-filter.ts"
import { AuditFilters } from "./audit-filters.tsx"
import { connectionsPlaceText } from "./connections/place.ts"
import { addressOfGroup } from "./groups.ts"
import type { Messages } from "./messages.ts"
import { momentText } from "./moment.ts"
import { PageFrame, Trouble } from "./page-parts.tsx"
import { peoplePlaceText } from "./people/place.ts"
import { placeText } from "./place.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { roomsPlaceText } from "./rooms/place.ts"

type AuditProps = {
  readonly words: Messages
  readonly locale: string
  readonly userId: string
}

/** The organisation's log, for administrators. */
export function Audit({ words, locale, userId }: AuditProps) {
  const address = useSyncExternalStore(platform.onPlace, platform.placeText)
  const choice = choiceOfAddress(address)
  const choose = (wanted: AuditChoice) => platform.goToPlace(addressOfChoice(wanted))
  const query = auditQueryOf(choice, platform.zone)
  const reader = { language: chooseLanguage([locale]), zone: platform.zone }
  const loader = usePages(entryKey, { read: (after) => readEntries(query, after) }, JSON.stringify(query))
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
      <AuditFilters {...{ words, userId, choice, choose }} tableUrl={auditTableUrl(query, reader)} />
      <VirtualList
        label={words.auditLog.audit}
        loader={loader}
        idOf={entryKey}
        columns={columnsOf({ words, locale }, (subject) => choose({ ...anything, subject }))}
        empty={<Text>{words.auditLog.auditEmpty}</Text>}
        words={words}
        explain={(error) => problemText(error, { problems: words.tenantProblems })}
      />
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
  const { count, brokenAt, brokenBy, head, signedUpTo } = verdict
  if (brokenAt !== null)
    return (
      <Alert color="red" role="alert">
        {brokenBy === "signature" ? words.auditLog.forged(brokenAt) : words.auditLog.broken(brokenAt)}
      </Alert>
    )
  return (
    <Alert color="green" role="status" title={`✓ ${words.auditLog.verified(count)}`}>
      {signedUpTo === null ? null : <Text size="sm">{words.auditLog.signed(signedUpTo)}</Text>}
      <Text size="sm">{words.auditLog.verifiedHead}</Text>
      <Code className={classes.breakable}>{head}</Code>
    </Alert>
  )
}

const entryKey = ({ sequence }: AuditEntryView) => String(sequence)

/** Newest first; a page goes on before the entry that the last one ended with. */
async function readEntries(query: AuditQuery, after: string | null): Promise<RowsPage<AuditEntryView>> {
  const page = await auditApi.page(after === null ? query : { ...query, before: Number(after) })
  return { rows: page.entries, next: page.before === null ? null : String(page.before) }
}

/** `about` shows what else was done with the same thing. */
function columnsOf(
  { words, locale }: Pick<AuditProps, "words" | "locale">,
  about: (subjectId: string) => void,
): readonly Column<AuditEntryView>[] {
  const { auditLog } = words
  return [
    { key: "what", title: auditLog.what, onCard: "title", cell: ({ action }) => auditLog.actions[action] },
    { key: "when", title: auditLog.when, width: "11.5rem", cell: ({ at }) => momentText(at, locale) },
    { key: "who", title: auditLog.who, cell: ({ actor }) => actorText(actor, auditLog) },
    {
      key: "why",
      title: auditLog.why,
      width: "minmax(0, 1.6fr)",
      onCard: "named",
      cell: ({ reason, call }) => (
        <>
          <Text size="sm">{auditLog.reasonOf(reason)}</Text>
          {call === null ? null : (
            <Text size="xs" c="dimmed" className={classes.breakable}>
              {auditLog.forCall(call)}
            </Text>
          )}
        </>
      ),
    },
    {
      key: "about",
      title: auditLog.about,
      onCard: "named",
      cell: (entry) => (
        <>
          <Subject entry={entry} words={words} />
          <Anchor component="button" type="button" size="sm" ta="start" onClick={() => about(entry.subjectId)}>
            {auditLog.aboutThis}
          </Anchor>
        </>
      ),
    },
  ]
}

const pageOfKind: Readonly<Partial<Record<SubjectKind, (subjectId: string) => string>>> = {
  person: (userId) => peoplePlaceText({ kind: "one", userId }),
  room: (roomId) => roomsPlaceText({ kind: "room", roomId }),
  calendar: (connectionId) => connectionsPlaceText({ kind: "one", connectionId }),
  group: addressOfGroup,
  tenant: (tenantConnectionId) => placeText({ kind: "tenant", tenantConnectionId }),
  display: () => "displays",
}

/** What an entry is about, by its name, and the way to its page. */
function Subject({ entry: { about, subjectId }, words }: { readonly entry: AuditEntryView; readonly words: Messages }) {
  if (about === null) return null
  const name = subjectText(about, words.auditLog)
  const page = pageOfKind[about.kind]
  return page === undefined ? (
    <Text size="sm" className={classes.breakable}>
      {name}
    </Text>
  ) : (
    <Anchor size="sm" display="block" className={classes.breakable} href={`#${page(subjectId)}`}>
      {name}
    </Anchor>
  )
}
