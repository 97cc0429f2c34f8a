import type { AuditPage, AuditQuery } from "@kalends/protocol/audit"
import { Anchor, Text, Title } from "@mantine/core"
import { auditApi } from "./api-audit.ts"
import type { Messages } from "./messages.ts"
import { momentText } from "./moment.ts"
import { Waiting } from "./page-parts.tsx"
import classes from "./portal.module.css"
import { useLoaded } from "./use-loaded.ts"

type RecentProps = {
  readonly words: Messages
  readonly locale: string
  readonly about: Pick<AuditQuery, "action" | "subject">
  /** Another text reads anew. */
  readonly turn: string
}

const shownMost = 5

/** The newest entries of the log about one thing, for whoever may read the log. */
export function RecentEntries({ words, locale, about, turn }: RecentProps) {
  const { value, error, reload } = useLoaded<AuditPage>(() => auditApi.page(about), turn)
  const { templates, auditLog } = words
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {templates.recent}
      </Title>
      {value === null ? <Waiting error={error} words={words} retry={reload} /> : null}
      {value?.entries.length === 0 ? <Text size="sm">{templates.noneRecent}</Text> : null}
      <ul className={classes.plainList}>
        {value?.entries.slice(0, shownMost).map(({ sequence, at, actor, reason }) => (
          <li key={sequence}>
            <Text size="sm" className={classes.breakable}>
              {[
                momentText(at, locale),
                actor.kind === "user" ? (actor.displayName ?? auditLog.somebodyGone) : auditLog.service,
                auditLog.reasonOf(reason),
              ].join(" · ")}
            </Text>
          </li>
        ))}
      </ul>
      <Anchor href="#audit" size="sm">
        {templates.wholeLog}
      </Anchor>
    </section>
  )
}
