import type { DeviceFamiliesView } from "@kalends/protocol/devices"
import { listedDevicesMost } from "@kalends/protocol/many-devices"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Button, FileButton, Group, Stack, Text, Textarea } from "@mantine/core"
import { useState } from "react"
import { videoApi } from "../api-video.ts"
import { csvCharactersMost, textOfFile } from "../csv.ts"
import { Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { type DeviceList, deviceListOf, type ListProblem, sampleList } from "./device-list.ts"
import { ListedDevices } from "./device-listed.tsx"
import { type DeviceRow, rowsOf } from "./device-making.ts"
import type { RoomsProps } from "./room-text.ts"

type Words = Pick<RoomsProps, "words">
type Families = DeviceFamiliesView["families"]

type Stage =
  | { readonly kind: "taking" }
  | { readonly kind: "read"; readonly list: DeviceList }
  | { readonly kind: "checked"; readonly rows: readonly DeviceRow[]; readonly list: Pick<DeviceList, "passedOver"> }

/** Video systems from a table: taken, looked at, and made. Its passwords are in one place, which is emptied when they are sent. */
export function ImportDevices({ words }: RoomsProps) {
  const { value, error, reload } = useLoaded(videoApi.families)
  const [stage, setStage] = useState<Stage>({ kind: "taking" })
  if (value === null) return <Waiting error={error} words={words} retry={reload} />
  const { families } = value
  const again = () => setStage({ kind: "taking" })
  switch (stage.kind) {
    case "taking":
      return (
        <Taking
          {...{ words, families }}
          take={(text) => setStage({ kind: "read", list: deviceListOf(text, families) })}
        />
      )
    case "read": {
      const { list } = stage
      if (list.problems.length > 0) return <Wrong {...{ words, families, list, again }} />
      const ready = (rows: readonly DeviceRow[]) =>
        setStage({ kind: "checked", rows, list: { passedOver: list.passedOver } })
      return <Checking {...{ words, ready }} devices={list.devices} />
    }
    case "checked":
      return (
        <Stack>
          <PassedOver {...{ words, list: stage.list }} />
          <ListedDevices {...{ words, again }} rows={stage.rows} setRows={(rows) => setStage({ ...stage, rows })} />
        </Stack>
      )
  }
}

type CheckingProps = Words & {
  readonly devices: DeviceList["devices"]
  readonly ready: (rows: readonly DeviceRow[]) => void
}

/** Asks what would come of each. */
function Checking({ words, devices, ready }: CheckingProps) {
  const { error, reload } = useLoaded(async () => {
    const asked = devices.map(({ room, input: { family, name, address } }) => ({ room, family, name, address }))
    ready(rowsOf(devices, await videoApi.preview({ devices: asked })))
    return true
  })
  return <Waiting error={error} words={words} retry={reload} />
}

/** A list is pasted, or read from a file. It has passwords, so that it is not shown. */
function Taking({ words, families, take }: Words & { families: Families; take: (text: string) => void }) {
  const text = words.deviceLists
  const [isTooLarge, setTooLarge] = useState(false)
  const readFile = async (file: File | null) => {
    if (file === null) return
    // No letter has more than four bytes.
    if (file.size > 4 * csvCharactersMost) return setTooLarge(true)
    take(textOfFile(new Uint8Array(await file.arrayBuffer())))
  }
  return (
    <Stack>
      <Textarea
        label={text.paste}
        description={`${text.pasteText} ${text.most(listedDevicesMost)}`}
        autoComplete="off"
        spellCheck={false}
        minRows={3}
        value=""
        onPaste={(event) => {
          event.preventDefault()
          take(event.clipboardData.getData("text"))
        }}
        // Keyboards on screens paste without saying so.
        onChange={({ currentTarget: { value } }) => (value.includes("\n") ? take(value) : undefined)}
      />
      <Group>
        <FileButton accept=".csv,.tsv,.txt,text/csv,text/plain" onChange={(file) => void readFile(file)}>
          {(props) => (
            <Button variant="default" {...props}>
              {text.file}
            </Button>
          )}
        </FileButton>
        <Button
          variant="default"
          onClick={() => platform.download(text.sampleName, sampleList(families), "text/csv;charset=utf-8")}
        >
          {text.sample}
        </Button>
      </Group>
      <ProblemAlert problem={isTooLarge ? text.kinds["too-large"]() : null} />
      <Kinds {...{ words, families }} />
    </Stack>
  )
}

function Kinds({ words, families }: Words & { readonly families: Families }) {
  const text = words.deviceLists
  return (
    <div>
      <Text fw={600}>{text.families}</Text>
      <ul className={classes.reasons}>
        {families.map(({ name, label, isCalled }) => (
          <li key={name}>
            <code>{name}</code> · {label}
            {isCalled ? "" : ` · ${text.asks}`}
          </li>
        ))}
      </ul>
    </div>
  )
}

type WrongProps = Words & { readonly families: Families; readonly list: DeviceList; readonly again: () => void }

const problemsShown = 50

/** What is to be mended, by line and column. */
function Wrong({ words, families, list, again }: WrongProps) {
  const text = words.deviceLists
  const { problems } = list
  const shown = problems.slice(0, problemsShown)
  return (
    <Stack>
      <Alert color="red" variant="light" role="alert" title={text.wrong(problems.length)}>
        <ul className={classes.reasons}>
          {shown.map((problem) => (
            <li key={`${problem.line} ${problem.column} ${problem.kind} ${problem.name}`}>{lineOf(problem, words)}</li>
          ))}
          {problems.length > shown.length ? <li>{text.more(problems.length - shown.length)}</li> : null}
        </ul>
      </Alert>
      <PassedOver {...{ words, list }} />
      <Group>
        <Button onClick={again}>{text.again}</Button>
      </Group>
      <Kinds {...{ words, families }} />
    </Stack>
  )
}

function lineOf({ kind, line, column, name }: ListProblem, { deviceLists: text }: RoomsProps["words"]): string {
  const hint = kind === "wrong" && name !== null ? text.hints[name] : ""
  return [text.at(line, column), text.kinds[kind](name === null ? "" : text.columns[name]), hint].join(" ").trim()
}

function PassedOver({ words, list: { passedOver } }: Words & { readonly list: Pick<DeviceList, "passedOver"> }) {
  if (passedOver.length === 0) return null
  return <Text size="sm">{words.deviceLists.passedOver(passedOver.join(words.policy.comma))}</Text>
}
