import { statesForPerson } from "@kalends/domain/connection"
import { addedSlots, quantileMs, slotBoundMs } from "@kalends/domain/figures"
import type { FiguresNow } from "@kalends/protocol/figures"
import { Anchor, Text, Title } from "@mantine/core"
import { connectionsPlaceText } from "../connections/place.ts"
import type { Messages } from "../messages.ts"
import { Ages, Bars, GrantColumns, LatencyLines, Line, type OverTime } from "./charts.tsx"
import classes from "./figures.module.css"
import type { Format } from "./format.ts"
import { Keys, Picture, StepPointer } from "./picture.tsx"
import type { Span } from "./ranges.ts"
import { type Counted, noticesOf, quantilesOf, savedOf } from "./series.ts"

/** What every picture is made of. */
export type Shown = {
  readonly span: Span
  readonly counted: Counted
  readonly now: FiguresNow
  readonly words: Messages
  readonly format: Format
  readonly labelOf: (provider: string) => string
  /** The step that all pictures look at. */
  readonly index: number
  readonly choose: (index: number) => void
}

const heights = { tall: 240, plain: 170, small: 110 } as const

function overTime({ span, format, index, choose }: Shown): OverTime {
  const { starts, stepSeconds } = span
  return {
    starts,
    pointing: { count: starts.length, index, choose },
    words: {
      time: (ms) => format.time(ms),
      count: format.shortCount,
      bound: format.bound,
      clock: (startMs) => format.axis(startMs, stepSeconds),
    },
  }
}

/** A row for each step in which there was anything, the newest first. */
function rowsOf({ span, format }: Shown, isShown: (index: number) => boolean, cells: (index: number) => string[]) {
  return span.starts
    .map((start, index) => ({ start, index }))
    .filter(({ index }) => isShown(index))
    .reverse()
    .map(({ start, index }) => [format.step(start, span.stepSeconds), ...cells(index)])
}

const stepName = ({ span, format, index }: Shown) => format.step(span.starts[index] ?? 0, span.stepSeconds)

export function AgesPicture(shown: Shown) {
  const { counted, now, words, format } = shown
  const { figures } = words
  const counts = addedSlots(counted.spread("known-age"))
  const [pushedMs, polledMs] = [now.bounds.pushedSeconds * 1000, now.bounds.polledSeconds * 1000]
  const rows = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([slot, count]) => [format.time(slotBoundMs(slot)), format.count(count)])
  return (
    <Picture
      title={figures.agesTitle}
      text={figures.agesText(format.bound(pushedMs), format.bound(polledMs))}
      table={{ head: figures.agesHead, rows }}
      words={words}
    >
      <Ages counts={counts} boundsMs={[polledMs, pushedMs]} height={heights.plain} words={overTime(shown).words} />
    </Picture>
  )
}

export function LatencyPicture(shown: Shown) {
  const { counted, words, format, index } = shown
  const { figures } = words
  const own = quantilesOf(counted.spread("own-share"))
  const provider = quantilesOf(counted.spread("provider-lag"))
  const whole = (measure: "own-share" | "provider-lag", share: number) =>
    quantileMs(addedSlots(counted.spread(measure)), share)
  const time = (ms: number | null | undefined) => (ms == null ? figures.noTime : format.time(ms))
  const pair = ({ half, most }: typeof own) =>
    half[index] == null ? figures.noTime : `${figures.half} ${time(half[index])}, ${figures.most} ${time(most[index])}`
  const rows = rowsOf(
    shown,
    (step) => own.half[step] !== null || provider.half[step] !== null,
    (step) => [own.half[step], own.most[step], provider.half[step], provider.most[step]].map(time),
  )
  return (
    <Picture
      {...{ title: figures.latencyTitle, text: figures.latencyText, words }}
      table={{ head: figures.latencyHead, rows }}
    >
      <Keys
        keys={[
          { kind: "own-half", text: figures.latencyKeys.ownHalf },
          { kind: "own-most", text: figures.latencyKeys.ownMost },
          { kind: "provider-half", text: figures.latencyKeys.providerHalf },
          { kind: "provider-most", text: figures.latencyKeys.providerMost },
        ]}
      />
      <Numbers
        numbers={[
          [figures.latencyKeys.ownHalf, time(whole("own-share", 0.5))],
          [figures.latencyKeys.ownMost, time(whole("own-share", 0.99))],
          [figures.latencyKeys.providerHalf, time(whole("provider-lag", 0.5))],
          [figures.latencyKeys.providerMost, time(whole("provider-lag", 0.99))],
        ]}
      />
      <LatencyLines {...overTime(shown)} {...{ own, provider }} height={heights.tall} />
      <StepPointer
        pointing={overTime(shown).pointing}
        label={`${figures.pointer}: ${figures.latencyTitle}`}
        readout={figures.latencyAt(stepName(shown), pair(own), pair(provider))}
      />
    </Picture>
  )
}

function Numbers({ numbers }: { readonly numbers: readonly (readonly [string, string])[] }) {
  return (
    <dl className={classes.numbers}>
      {numbers.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function NoticesPicture(shown: Shown) {
  const { counted, words, format, labelOf, index } = shown
  const { figures } = words
  const each = counted.providers
    .map((provider) => ({ provider, values: counted.counter("notices-received", provider) }))
    .filter(({ values }) => values.some((value) => value > 0))
  const most = Math.max(1, ...each.flatMap(({ values }) => values))
  const { received, coalesced, replayed, unannounced } = noticesOf(counted)
  const rows = rowsOf(
    shown,
    (step) => each.some(({ values }) => (values[step] ?? 0) > 0),
    (step) => each.map(({ values }) => format.count(values[step] ?? 0)),
  )
  const counts = each.map(({ provider, values }) => `${labelOf(provider)} ${format.count(values[index] ?? 0)}`)
  return (
    <Picture
      {...{ title: figures.noticesTitle, text: figures.noticesText, words }}
      table={{ head: [figures.time, ...each.map(({ provider }) => labelOf(provider))], rows }}
    >
      <Numbers
        numbers={[
          [figures.received, format.count(received)],
          [figures.coalesced, format.count(coalesced)],
          [figures.replayed, format.count(replayed)],
          [figures.unannounced, format.count(unannounced)],
        ]}
      />
      {each.map(({ provider, values }) => (
        <div key={provider}>
          <Title order={3} size="h5" mt="md">
            {labelOf(provider)}
          </Title>
          <Bars {...overTime(shown)} {...{ values, most }} height={heights.small} />
        </div>
      ))}
      {each.length === 0 ? (
        <Text mt="sm">{figures.nothing}</Text>
      ) : (
        <StepPointer
          pointing={overTime(shown).pointing}
          label={`${figures.pointer}: ${figures.noticesTitle}`}
          readout={figures.noticesAt(stepName(shown), counts.join(" · "))}
        />
      )}
    </Picture>
  )
}

export function SavedPicture(shown: Shown) {
  const { counted, words, format, index } = shown
  const { figures } = words
  const { saved, asked, savedCount, askedCount, passCount, pollCount } = savedOf(counted)
  const cells = (step: number) => [saved[step], asked[step]].map((value) => format.count(value ?? 0))
  const [savedText = "", askedText = ""] = cells(index)
  return (
    <Picture
      {...{ title: figures.savedTitle, text: figures.savedText, words }}
      table={{
        head: [figures.time, figures.savedCount, figures.askedCount],
        rows: rowsOf(shown, (step) => (saved[step] ?? 0) + (asked[step] ?? 0) > 0, cells),
      }}
    >
      <Numbers
        numbers={[
          [figures.savedCount, format.count(savedCount)],
          [figures.askedCount, format.count(askedCount)],
          [figures.passCount, format.count(passCount)],
          [figures.pollCount, format.count(pollCount)],
        ]}
      />
      <Line {...overTime(shown)} values={saved} height={heights.plain} />
      <StepPointer
        pointing={overTime(shown).pointing}
        label={`${figures.pointer}: ${figures.savedTitle}`}
        readout={figures.savedAt(stepName(shown), savedText, askedText)}
      />
    </Picture>
  )
}

export function GrantsPicture(shown: Shown) {
  const { counted, words, format, index } = shown
  const { figures } = words
  const [lost, mended] = [counted.counter("grants-lost"), counted.counter("grants-mended")]
  const cells = (step: number) => [lost[step], mended[step]].map((value) => format.count(value ?? 0))
  const [lostText = "", mendedText = ""] = cells(index)
  return (
    <Picture
      {...{ title: figures.grantsTitle, text: figures.grantsText, words }}
      table={{
        head: [figures.time, figures.lost, figures.mended],
        rows: rowsOf(shown, (step) => (lost[step] ?? 0) + (mended[step] ?? 0) > 0, cells),
      }}
    >
      <GrantColumns {...overTime(shown)} {...{ lost, mended }} height={heights.plain} />
      <StepPointer
        pointing={overTime(shown).pointing}
        label={`${figures.pointer}: ${figures.grantsTitle}`}
        readout={figures.grantsAt(stepName(shown), lostText, mendedText)}
      />
      <DeadNow {...shown} />
    </Picture>
  )
}

/** What waits for a person at this moment, by service and reason. */
function DeadNow({ now, words, format, labelOf }: Shown) {
  const { figures } = words
  const dead = now.connections.filter(({ state }) => statesForPerson.includes(state))
  return (
    <>
      <Title order={3} size="h5" mt="md">
        {figures.grantsNow}
      </Title>
      {dead.length === 0 ? (
        <Text>{figures.grantsNone}</Text>
      ) : (
        <ul className={classes.deadList}>
          {dead.map(({ provider, state, count }) => (
            <li key={`${provider} ${state}`}>
              <Anchor href={`#${connectionsPlaceText({ kind: "list", filter: { provider, state } })}`}>
                {labelOf(provider)}: {format.count(count)} – {stateText(state, words)}
              </Anchor>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function stateText(state: FiguresNow["connections"][number]["state"], { figures }: Messages): string {
  return state === "needs-reauth" || state === "needs-consent" || state === "disabled" ? figures.states[state] : state
}
