import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Alert, Button, Checkbox, Group, Progress, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { problemText, troubleText } from "../api-problem.ts"
import { videoApi } from "../api-video.ts"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import {
  certificatesTable,
  countsOf,
  type DeviceRow,
  isRefused,
  madeTable,
  makeAll,
  outcomeCounts,
  readAll,
  toCompare,
  unpinned,
  withoutMade,
} from "./device-making.ts"
import { comesText } from "./device-outcome.ts"
import type { RoomsProps } from "./room-text.ts"

type Words = Pick<RoomsProps, "words">
type Step = { readonly kind: "ready" | "reading" | "adding" | "done"; readonly done: number; readonly all: number }
const ready: Step = { kind: "ready", done: 0, all: 0 }

type ListedProps = Words & {
  readonly rows: readonly DeviceRow[]
  readonly setRows: (rows: readonly DeviceRow[]) => void
  /** Begins anew with another list. */
  readonly again: () => void
}

/** What would come of each system of a list, and, once they are made, what came of it. */
export function ListedDevices({ words, rows, setRows, again }: ListedProps) {
  const text = words.deviceLists
  const [step, setStep] = useState(ready)
  const [pins, setPins] = useState(false)
  const { fresh, known, refused } = countsOf(rows)
  const tellAs = (kind: Step["kind"], all: number) => (more: readonly DeviceRow[], done: number) => {
    setRows(more)
    setStep({ kind, done, all })
  }
  const reading = useSending(async () => {
    const tell = tellAs("reading", unpinned(rows).length)
    await readAll(videoApi.certificates, rows, tell).finally(() => setStep(ready))
  })
  const adding = useSending(async () => {
    const tell = tellAs("adding", fresh)
    await makeAll(videoApi.addMany, rows, { pins, tell }).finally(() =>
      setStep({ kind: "done", done: fresh, all: fresh }),
    )
  })
  const counts = outcomeCounts(rows)
  return (
    <Stack>
      <Text role="status" fw={600}>
        {step.kind === "done"
          ? text.done(counts.added, counts.known, counts.refused)
          : text.plan(fresh, known, refused)}
      </Text>
      {step.kind === "done" ? (
        <>
          <ProblemAlert problem={adding.error === null ? null : `${text.broken} ${problemText(adding.error, words)}`} />
          <Made {...{ words, rows }} forget={() => setRows(withoutMade(rows))} />
        </>
      ) : (
        <>
          <Certificates {...{ words, rows, reading, pins, setPins }} isReading={step.kind === "reading"} />
          <form onSubmit={adding.onSubmit}>
            <Group>
              <Button type="submit" loading={adding.isBusy} disabled={fresh === 0 || reading.isBusy}>
                {text.add(fresh)}
              </Button>
              <Button variant="default" onClick={again} disabled={adding.isBusy || reading.isBusy}>
                {text.again}
              </Button>
            </Group>
          </form>
        </>
      )}
      <Going {...{ words, step }} />
      <Rows {...{ words, rows }} isOver={step.kind === "done"} />
      {step.kind === "done" ? (
        <Group>
          <Button variant="default" onClick={again}>
            {text.again}
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

/** How far what takes long is. */
function Going({ words, step: { kind, done, all } }: Words & { readonly step: Step }) {
  if (kind !== "reading" && kind !== "adding") return null
  const label = words.deviceLists[kind](done, all)
  return (
    <div role="status">
      <Text>{label}</Text>
      <Progress value={all === 0 ? 0 : (done / all) * 100} aria-label={label} />
    </div>
  )
}

type CertificatesProps = Words & {
  readonly rows: readonly DeviceRow[]
  readonly reading: ReturnType<typeof useSending>
  readonly isReading: boolean
  readonly pins: boolean
  readonly setPins: (pins: boolean) => void
}

/** Certificates that the list does not name: read, compared, and pinned by who compared them. */
function Certificates({ words, rows, reading, isReading, pins, setPins }: CertificatesProps) {
  const text = words.deviceLists
  const left = unpinned(rows).length
  const shown = rows.filter((row) => toCompare(row) !== null).length
  if (left === 0 && shown === 0) return null
  return (
    <Alert variant="light">
      <Stack gap="sm">
        {left === 0 ? null : (
          <form onSubmit={reading.onSubmit}>
            <Text>{text.unpinned(left)}</Text>
            <ProblemAlert problem={troubleText(reading.error, words)} />
            <Group mt="sm">
              <Button type="submit" variant="default" loading={reading.isBusy}>
                {text.read(left)}
              </Button>
            </Group>
          </form>
        )}
        {shown === 0 || isReading ? null : (
          <>
            <Text>{text.compare(shown)}</Text>
            <Group>
              <Button
                variant="default"
                onClick={() => platform.download(text.compareName, certificatesTable(rows), "text/csv;charset=utf-8")}
              >
                {text.compareTable}
              </Button>
            </Group>
            <Checkbox
              label={text.isCompared}
              checked={pins}
              onChange={({ currentTarget }) => setPins(currentTarget.checked)}
            />
          </>
        )}
      </Stack>
    </Alert>
  )
}

type MadeProps = Words & { readonly rows: readonly DeviceRow[]; readonly forget: () => void }

/** What was made for systems that sign in here; given once. */
function Made({ words, rows, forget }: MadeProps) {
  const text = words.deviceLists
  const [isGiven, setGiven] = useState(false)
  const table = madeTable(rows)
  if (table === null) return isGiven ? <Text role="status">{text.madeGone}</Text> : null
  return (
    <Alert variant="light" color="orange">
      <Stack gap="sm">
        <Text>{text.made}</Text>
        <Group>
          <Button
            onClick={() => {
              platform.download(text.madeName, table, "text/csv;charset=utf-8")
              setGiven(true)
              forget()
            }}
          >
            {text.madeTable}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}

const keyOf = ({ listed }: DeviceRow) => String(listed.line)

type RowsProps = Words & { readonly rows: readonly DeviceRow[]; readonly isOver: boolean }

function Rows({ words, rows, isOver }: RowsProps) {
  const text = words.deviceLists
  const state = [isOver, ...rows.map(({ shown, outcome }) => [shown?.outcome, outcome?.outcome])].join()
  const loader = usePages(keyOf, { read: async () => ({ rows, next: null }) }, state)
  return (
    <VirtualList
      label={text.list}
      loader={loader}
      idOf={keyOf}
      columns={columnsOf(words, isOver)}
      empty={null}
      words={words}
      explain={(error) => problemText(error, words)}
    />
  )
}

function columnsOf(words: RoomsProps["words"], isOver: boolean): readonly Column<DeviceRow>[] {
  const text = words.deviceLists
  return [
    {
      ...{ key: "line", title: text.line, width: "4rem", onCard: "named" },
      cell: ({ listed }) => listed.line,
    },
    {
      ...{ key: "room", title: text.room, onCard: "title" },
      cell: ({ listed, found }) => (
        <span className={classes.breakable}>{found.outcome === "new" ? found.roomName : listed.room}</span>
      ),
    },
    {
      ...{ key: "system", title: text.system },
      cell: ({ listed: { input, familyLabel } }) => (
        <span className={classes.breakable}>
          {[input.name, familyLabel, input.address].filter((part) => part !== null).join(" · ")}
        </span>
      ),
    },
    {
      ...{ key: "comes", title: text.comes, width: "minmax(0, 1.8fr)" },
      cell: (row) => (
        <Text span inherit className={classes.breakable} {...(isRefused(row) ? { c: "red", fw: 600 } : {})}>
          {comesText(row, words, isOver)}
        </Text>
      ),
    },
  ]
}
