import type { FiguresNow, FiguresView } from "@kalends/protocol/figures"
import { Group, SegmentedControl, Stack, Text, Title } from "@mantine/core"
import { useEffect, useState } from "react"
import { figuresApi } from "../api-figures.ts"
import type { Messages } from "../messages.ts"
import { PageFrame, Trouble, Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import { useLoaded } from "../use-loaded.ts"
import classes from "./figures.module.css"
import { createFormat } from "./format.ts"
import { AgesPicture, GrantsPicture, LatencyPicture, NoticesPicture, SavedPicture, type Shown } from "./pictures.tsx"
import { type Range, rangeNames, ranges, type Span, spanAt } from "./ranges.ts"
import { countedOf } from "./series.ts"
import { verdictOf } from "./verdict.ts"
import { verdictText } from "./verdict-text.ts"

type FiguresProps = {
  readonly words: Messages
  readonly locale: string
  /** The calendar service's name for people. */
  readonly labelOf: (provider: string) => string
}

type Read = { readonly span: Span; readonly view: FiguresView; readonly now: FiguresNow }

async function read(range: Range): Promise<Read> {
  const span = spanAt(range, platform.now())
  const [view, now] = await Promise.all([figuresApi.series(span), figuresApi.now()])
  return { span, view, now }
}

/** Whether what is promised is kept, and pictures of how. */
export function Figures({ words, locale, labelOf }: FiguresProps) {
  const [range, setRange] = useState<Range>("hour")
  const { value, error, reload } = useLoaded<Read>(() => read(range), range)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the timer begins anew for another time.
  useEffect(() => platform.every(ranges[range].refreshMs, () => void (platform.isHidden() ? null : reload())), [range])
  return (
    <PageFrame title={words.figures.title} text={words.figures.text}>
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <Stack gap="xl" className={classes.page}>
          <Trouble error={error} words={words} />
          <VerdictLine now={value.now} words={words} locale={locale} />
          <SegmentedControl
            aria-label={words.figures.range}
            value={range}
            onChange={(chosen) => setRange(rangeNames.find((name) => name === chosen) ?? "hour")}
            data={rangeNames.map((name) => ({ value: name, label: words.figures.ranges[name] }))}
          />
          <Pictures read={value} {...{ words, locale, labelOf }} />
        </Stack>
      )}
    </PageFrame>
  )
}

function VerdictLine({ now, words, locale }: { readonly now: FiguresNow } & Pick<FiguresProps, "words" | "locale">) {
  const verdict = verdictOf(now)
  return (
    <div role="status">
      <Text className={classes.verdict}>
        {verdict.kind === "late" ? "! " : verdict.kind === "within" ? "✓ " : ""}
        {verdictText(verdict, words, locale)}
      </Text>
      {verdict.waitingCount === 0 ? null : <Text>{words.figures.waiting(verdict.waitingCount)}</Text>}
    </div>
  )
}

function Pictures({ read: { span, view, now }, words, locale, labelOf }: FiguresProps & { readonly read: Read }) {
  const [chosen, choose] = useState<number | null>(null)
  const count = span.starts.length
  // The last step that is over, until somebody looks at another.
  const index = Math.min(chosen ?? count - 2, count - 1)
  const shown: Shown = {
    ...{ span, now, words, labelOf, index, choose },
    counted: countedOf(view, span),
    format: createFormat(locale, platform.zone),
  }
  if (view.series.length === 0)
    return (
      <div>
        <Title order={2} size="h3">
          {words.figures.emptyTitle}
        </Title>
        <Text>{words.figures.emptyText}</Text>
      </div>
    )
  return (
    <Group className={classes.pictures}>
      <AgesPicture {...shown} />
      <LatencyPicture {...shown} />
      <NoticesPicture {...shown} />
      <SavedPicture {...shown} />
      <GrantsPicture {...shown} />
    </Group>
  )
}
