import type { DirectoryView, TenantView } from "@kalends/protocol/tenants"
import { Button, Checkbox, Group, Loader, Stack, Text, TextInput } from "@mantine/core"
import { useEffect, useState } from "react"
import { tenantApi } from "./api-tenants.ts"
import { type Entry, joined, readPage, type Selection, toggled, toggledAll } from "./directory.ts"
import { AddPeople } from "./directory-add.tsx"
import type { Messages } from "./messages.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { PageFrame, type PageProps, Trouble, Waiting } from "./page-parts.tsx"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { tenantName } from "./tenant-words.tsx"
import { useLoaded } from "./use-loaded.ts"

type DirectoryProps = PageProps & HandProps & { readonly tenantConnectionId: string }

/** People and rooms as the organisation's calendar service shows them; they are selected and added from here. */
export function DirectoryPage({ tenantConnectionId, ...props }: DirectoryProps) {
  const { words } = props
  const loaded = useLoaded(tenantApi.tenants)
  const tenant = loaded.value?.tenants.find((one) => one.tenantConnectionId === tenantConnectionId)
  return (
    <PageFrame
      back={{
        label: tenant === undefined ? words.tenants.connections : tenantName(tenant),
        place: { kind: "tenant", tenantConnectionId },
      }}
      title={words.tenants.openDirectory}
      text={words.tenants.directoryText}
    >
      {loaded.value === null ? (
        <Waiting error={loaded.error} words={words} retry={loaded.reload} />
      ) : tenant === undefined ? (
        <Text>{words.tenants.tenantGone}</Text>
      ) : tenant.hasDirectory ? (
        <Directory tenant={tenant} {...props} />
      ) : (
        <Text>{words.tenants.noDirectory}</Text>
      )}
    </PageFrame>
  )
}

/** Typing has paused. */
const pauseMs = 300

/** What was found for what is typed, a page of the provider's at a time. */
function useDirectory(tenantConnectionId: string) {
  const [search, setSearch] = useState("")
  const [turn, setTurn] = useState(0)
  const [found, setFound] = useState<DirectoryView | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isReading, setIsReading] = useState(true)
  const asked = search.trim()
  const read = (next: string | null) =>
    tenantApi.directory(tenantConnectionId, {
      ...(next === null ? {} : { next }),
      ...(asked === "" ? {} : { search: asked }),
    })
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again when others are searched for, or some were added.
  useEffect(() => {
    let isWanted = true
    setIsReading(true)
    const begin = async () => {
      try {
        const page = await readPage(read, null)
        if (isWanted) setFound(page)
        if (isWanted) setError(null)
      } catch (failure) {
        if (isWanted) setError(failure)
      }
      if (isWanted) setIsReading(false)
    }
    const stop = platform.after(found === null ? 0 : pauseMs, () => void begin())
    return () => {
      isWanted = false
      stop()
    }
  }, [asked, turn])
  const more = async () => {
    if (found === null || found.next === null) return
    setIsReading(true)
    await readPage(read, found.next).then((page) => setFound(joined(found, page)), setError)
    setIsReading(false)
  }
  return { search, setSearch, found, error, isReading, more, again: () => setTurn((before) => before + 1) }
}

function Directory({ tenant, words, hand }: PageProps & HandProps & { readonly tenant: TenantView }) {
  const { tenantConnectionId } = tenant
  const { search, setSearch, found, error, isReading, more, again } = useDirectory(tenantConnectionId)
  const [selection, select] = useState<Selection>(new Map())
  const shown = found?.entries ?? []
  return (
    <Stack gap="sm">
      <TextInput
        label={words.tenants.findInDirectory}
        type="search"
        autoComplete="off"
        maxLength={120}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        rightSection={isReading && found !== null ? <Loader size="xs" aria-label={words.loading} /> : null}
      />
      <SelectionBar {...{ tenant, words, hand, shown, selection, select, again }} />
      {found === null ? (
        <Waiting error={error} words={words} retry={async () => again()} />
      ) : (
        <>
          <Trouble error={error} words={words} />
          {shown.length === 0 && !isReading ? (
            <Text>
              {search.trim() === "" ? words.tenants.directoryEmpty : words.tenants.nobodyInDirectory(search.trim())}
            </Text>
          ) : null}
        </>
      )}
      <ul className={classes.people} aria-busy={isReading}>
        {shown.map((entry) => (
          <EntryRow
            key={entry.email}
            entry={entry}
            words={words}
            isSelected={selection.has(entry.email)}
            toggle={() => select(toggled(selection, entry))}
          />
        ))}
      </ul>
      {found?.next ? (
        <Group>
          <Button variant="default" loading={isReading} onClick={() => void more()}>
            {words.more}
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

type BarProps = Pick<PageProps, "words"> &
  Pick<HandProps, "hand"> & {
    readonly tenant: TenantView
    readonly shown: readonly Entry[]
    readonly selection: Selection
    readonly select: (selection: Selection) => void
    /** Reads the directory anew. */
    readonly again: () => void
  }

/** How many are selected, and what is done with them. It stays in sight. */
function SelectionBar({ tenant, words, hand, shown, selection, select, again }: BarProps) {
  const all = shown.filter(({ email }) => selection.has(email)).length
  return (
    <div className={classes.selectionBar}>
      <Group justify="space-between" gap="sm">
        <Checkbox
          label={words.tenants.selectShown(shown.length)}
          disabled={shown.length === 0}
          checked={shown.length > 0 && all === shown.length}
          indeterminate={all > 0 && all < shown.length}
          onChange={() => select(toggledAll(selection, shown))}
        />
        <Group gap="xs">
          <Text size="sm" role="status">
            {words.tenants.selected(selection.size)}
          </Text>
          {selection.size === 0 ? null : (
            <Button variant="subtle" size="compact-sm" onClick={() => select(new Map())}>
              {words.tenants.clearSelection}
            </Button>
          )}
          <AddPeople
            {...{ words, hand }}
            tenantConnectionId={tenant.tenantConnectionId}
            selected={[...selection.values()]}
            done={() => {
              select(new Map())
              again()
            }}
          />
        </Group>
      </Group>
    </div>
  )
}

type RowProps = {
  readonly entry: Entry
  readonly words: Messages
  readonly isSelected: boolean
  readonly toggle: () => void
}

function EntryRow({ entry, words, isSelected, toggle }: RowProps) {
  const { displayName, email, kind } = entry
  const notes = [email, kind === "room" ? words.tenants.room : null, standing(entry, words)]
  return (
    <li className={classes.entry}>
      <Checkbox
        checked={isSelected}
        onChange={toggle}
        label={displayName}
        description={notes.filter((note) => note !== null).join(" · ")}
        classNames={{ body: classes.entryBody, labelWrapper: classes.breakable }}
      />
    </li>
  )
}

/** Who they are here, and how their calendar is opened. */
function standing({ userId, connectionState, isByTenant }: Entry, { tenants }: Messages): string {
  if (userId === null) return tenants.notHere
  if (connectionState === null) return tenants.hereWithout
  return isByTenant ? tenants.hereByTenant : tenants.hereOwn
}
