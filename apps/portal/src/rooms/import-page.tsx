import type { RoomDirectoryView, RoomMethodsView } from "@kalends/protocol/rooms"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Anchor, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import type { Messages } from "../messages.ts"
import { Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { roomsPlaceText } from "./place.ts"
import { type RoomsProps, tenantLabel } from "./room-text.ts"
import { emptySignIn, SignInFields } from "./sign-in-fields.tsx"

type Entry = RoomDirectoryView["entries"][number]

/** As much as the service takes at once. */
const importedMost = 200

/** Rooms of the organisation's own directory, or of a server's, of which those that are chosen become rooms here. */
export function ImportRooms(props: RoomsProps) {
  const { words } = props
  const { value, error, reload } = useLoaded(roomsApi.methods)
  if (value === null) return <Waiting error={error} words={words} retry={reload} />
  const sources = sourcesOf(value, words)
  const [first] = sources
  if (first === undefined)
    return (
      <Text>
        {words.rooms.noTenants} <Anchor href="#organisation">{words.tenants.organisationTab}</Anchor>
      </Text>
    )
  return <Directory {...props} sources={sources} first={first} />
}

/** Connections to organisations, and services whose servers list rooms to whoever signs in. */
function sourcesOf({ tenants, providers }: RoomMethodsView, words: Messages): readonly Source[] {
  const servers = providers.filter(
    ({ hasDirectory, methods }) => hasDirectory && methods.some(({ name }) => name === "own-sign-in"),
  )
  return [
    ...tenants.map((tenant) => ({
      ...{ id: tenant.tenantConnectionId, label: tenantLabel(tenant), provider: null },
    })),
    ...servers.map(({ provider, label }) => ({
      ...{ id: provider, label: `${label} · ${words.serviceSignIn.withSignIn}`, provider },
    })),
  ]
}

/** `provider`: whose server is signed in to; null where the organisation's connection is. */
type Source = { readonly id: string; readonly label: string; readonly provider: string | null }

type DirectoryProps = RoomsProps & { readonly sources: readonly Source[]; readonly first: Source }

function Directory({ words, sources, first }: DirectoryProps) {
  const text = words.rooms
  const [sourceId, setSourceId] = useState(first.id)
  const [typed, setTyped] = useState(emptySignIn)
  const source = sources.find(({ id }) => id === sourceId) ?? first
  const [zone, setZone] = useState(Temporal.Now.timeZoneId())
  const [found, setFound] = useState<RoomDirectoryView | null>(null)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [told, setTold] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const during = async (work: () => Promise<void>) => {
    setIsBusy(true)
    setProblem(null)
    await work().catch((error: unknown) => setProblem(problemText(error, { problems: words.tenantProblems })))
    setIsBusy(false)
  }
  const read = (next: string | null) =>
    during(async () => {
      const page = await roomsApi.directory(
        source.provider === null
          ? { by: "tenant", tenantConnectionId: source.id, next }
          : { by: "password", provider: source.provider, ...typed, next },
      )
      const before = next === null ? [] : (found?.entries ?? [])
      setFound({ ...page, entries: [...before, ...page.entries] })
    })
  const bringIn = () =>
    during(async () => {
      const rooms = (found?.entries ?? [])
        .filter(({ address }) => chosen.has(address))
        .map(({ address, name, building, floor, capacity }) => ({ address, name, building, floor, capacity }))
      const tenantConnectionId = source.provider === null ? source.id : null
      const { added, known } = await roomsApi.importRooms({ tenantConnectionId, zone, rooms })
      setTold((source.provider === null ? text.imported : words.serviceSignIn.importedAlone)(added, known))
      setChosen(new Set())
      await read(null)
    })
  const fresh = (found?.entries ?? []).filter(({ roomId }) => roomId === null)
  return (
    <Stack>
      <SourceChoice
        {...{ words, sources, source, zone, setZone }}
        choose={(id) => {
          setSourceId(id)
          setFound(null)
          setChosen(new Set())
          setTold(null)
        }}
      />
      {source.provider === null ? null : <SignInFields words={words} typed={typed} set={setTyped} />}
      <Reading
        {...{ words, isBusy }}
        isFirst={found === null}
        isReady={source.provider === null || Object.values(typed).every((one) => one !== "")}
        read={() => void read(null)}
        chooseAll={
          fresh.length === 0
            ? null
            : () => setChosen(new Set(fresh.slice(0, importedMost).map(({ address }) => address)))
        }
      />
      <ProblemAlert problem={problem} />
      {told === null ? null : (
        <Alert role="status" variant="light">
          {told} <Anchor href={`#${roomsPlaceText({ kind: "list", search: "" })}`}>{text.back}</Anchor>
        </Alert>
      )}
      {found === null ? null : (
        <Entries words={words} found={found} chosen={chosen} choose={setChosen} more={() => void read(found.next)} />
      )}
      {chosen.size > 0 ? (
        <Group>
          <Button loading={isBusy} onClick={() => void bringIn()}>
            {text.importChosen(chosen.size)}
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

type ReadingProps = Pick<RoomsProps, "words"> & {
  readonly isFirst: boolean
  readonly isReady: boolean
  readonly isBusy: boolean
  readonly read: () => void
  /** Null where none is new. */
  readonly chooseAll: (() => void) | null
}

function Reading({ words, isFirst, isReady, isBusy, read, chooseAll }: ReadingProps) {
  const text = words.rooms
  return (
    <Group>
      <Button variant={isFirst ? "filled" : "default"} loading={isBusy} disabled={!isReady} onClick={read}>
        {text.readDirectory}
      </Button>
      {chooseAll === null ? null : (
        <Button variant="default" onClick={chooseAll}>
          {text.chooseAll}
        </Button>
      )}
    </Group>
  )
}

type SourceProps = Pick<DirectoryProps, "words" | "sources"> & {
  readonly source: Source
  readonly choose: (id: string) => void
  readonly zone: string
  readonly setZone: (zone: string) => void
}

/** Whose directory, and in which zone its rooms are. */
function SourceChoice({ words, sources, source, choose, zone, setZone }: SourceProps) {
  const text = words.rooms
  return (
    <div className={classes.fields}>
      <NativeSelect
        label={text.directory}
        value={source.id}
        data={sources.map(({ id, label }) => ({ value: id, label }))}
        onChange={({ currentTarget: { value } }) => choose(value)}
      />
      <TextInput
        label={text.zone}
        value={zone}
        maxLength={60}
        onChange={({ currentTarget }) => setZone(currentTarget.value)}
      />
    </div>
  )
}

type EntriesProps = Pick<RoomsProps, "words"> & {
  readonly found: RoomDirectoryView
  readonly chosen: ReadonlySet<string>
  readonly choose: (addresses: ReadonlySet<string>) => void
  readonly more: () => void
}

function Entries({ words, found, chosen, choose, more }: EntriesProps) {
  const text = words.rooms
  const toggle = (address: string) => {
    const next = new Set(chosen)
    if (!next.delete(address) && next.size < importedMost) next.add(address)
    choose(next)
  }
  if (found.entries.length === 0) return <Text>{text.emptyDirectory}</Text>
  return (
    <Stack gap="sm">
      <ul className={classes.people}>
        {found.entries.map((entry) => (
          <li key={entry.address} className={classes.entry}>
            <EntryLine
              {...{ words, entry }}
              isChosen={chosen.has(entry.address)}
              toggle={() => toggle(entry.address)}
            />
          </li>
        ))}
      </ul>
      {found.next === null ? null : (
        <Group>
          <Button variant="default" onClick={more}>
            {text.more}
          </Button>
        </Group>
      )}
      {found.gone === null || found.gone.length === 0 ? null : (
        <>
          <Title order={2} size="h4">
            {text.gone}
          </Title>
          <ul className={classes.people}>
            {found.gone.map(({ roomId, name, address }) => (
              <li key={roomId} className={classes.entry}>
                <Anchor href={`#${roomsPlaceText({ kind: "room", roomId })}`}>{name}</Anchor> {address}
              </li>
            ))}
          </ul>
        </>
      )}
    </Stack>
  )
}

type LineProps = Pick<RoomsProps, "words"> & {
  readonly entry: Entry
  readonly isChosen: boolean
  readonly toggle: () => void
}

function EntryLine({ words, entry, isChosen, toggle }: LineProps) {
  const text = words.rooms
  const where = [entry.building, entry.floor, entry.address].filter((part) => part !== null).join(" · ")
  if (entry.roomId === null)
    return <Checkbox checked={isChosen} onChange={toggle} label={`${entry.name} · ${text.isNew}`} description={where} />
  return (
    <div>
      <Anchor href={`#${roomsPlaceText({ kind: "room", roomId: entry.roomId })}`}>{entry.name}</Anchor>
      <Text span c="dimmed">
        {" "}
        {text.isHere} · {where}
      </Text>
    </div>
  )
}
