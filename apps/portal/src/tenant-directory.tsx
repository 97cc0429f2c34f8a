import type { TenantView } from "@kalends/protocol/tenants"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Checkbox, Stack, Text, TextInput } from "@mantine/core"
import { useState, useSyncExternalStore } from "react"
import { problemText } from "./api-problem.ts"
import { tenantApi } from "./api-tenants.ts"
import { type Entry, readPage, type Selection, selecting, toggled } from "./directory.ts"
import { AddPeople } from "./directory-add.tsx"
import type { Messages } from "./messages.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { PageFrame, type PageProps, Waiting } from "./page-parts.tsx"
import classes from "./portal.module.css"
import { SelectionBar } from "./selection-bar.tsx"
import { tenantName } from "./tenant-words.tsx"
import { useLoaded } from "./use-loaded.ts"
import { useSettled } from "./use-settled.ts"

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

const entryKey = ({ email }: Entry) => email

async function readEntries(tenantConnectionId: string, search: string, after: string | null) {
  const read = (next: string | null) =>
    tenantApi.directory(tenantConnectionId, {
      ...(next === null ? {} : { next }),
      ...(search === "" ? {} : { search }),
    })
  const { entries, next } = await readPage(read, after)
  return { rows: entries, next }
}

function Directory({ tenant, words, hand }: PageProps & HandProps & { readonly tenant: TenantView }) {
  const { tenantConnectionId } = tenant
  const [search, setSearch] = useState("")
  const asked = useSettled(search).trim()
  const read = (after: string | null) => readEntries(tenantConnectionId, asked, after)
  const loader = usePages(entryKey, { read }, asked)
  const { rows: shown } = useSyncExternalStore(loader.subscribe, () => loader.state)
  const [selection, select] = useState<Selection>(new Map())
  const choice = {
    isSelected: ({ email }: Entry) => selection.has(email),
    toggle: (entry: Entry) => select(toggled(selection, entry)),
  }
  return (
    <Stack gap="sm">
      <TextInput
        label={words.tenants.findInDirectory}
        type="search"
        autoComplete="off"
        maxLength={120}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <Bar {...{ tenant, words, hand, shown, selection, select }} again={() => loader.refresh()} />
      <VirtualList
        label={words.tenants.openDirectory}
        loader={loader}
        idOf={entryKey}
        columns={columnsOf(words, choice)}
        empty={<Text>{asked === "" ? words.tenants.directoryEmpty : words.tenants.nobodyInDirectory(asked)}</Text>}
        words={words}
        explain={(error) => problemText(error, words)}
        selection={choice}
      />
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
function Bar({ tenant, words, hand, shown, selection, select, again }: BarProps) {
  const { selectShown, selected, clearSelection } = words.tenants
  const texts = { all: selectShown(shown.length), selected: selected(selection.size), clear: clearSelection }
  return (
    <SelectionBar {...{ selecting, shown, selection, select, texts }}>
      <AddPeople
        {...{ words, hand }}
        tenantConnectionId={tenant.tenantConnectionId}
        selected={[...selection.values()]}
        done={() => {
          select(new Map())
          again()
        }}
      />
    </SelectionBar>
  )
}

type Choice = { readonly isSelected: (entry: Entry) => boolean; readonly toggle: (entry: Entry) => void }

function columnsOf(words: Messages, { isSelected, toggle }: Choice): readonly Column<Entry>[] {
  return [
    {
      ...{ key: "person", title: words.name, onCard: "title" },
      cell: (entry) => (
        <Checkbox
          label={entry.displayName}
          checked={isSelected(entry)}
          onChange={() => toggle(entry)}
          classNames={{ labelWrapper: classes.breakable }}
        />
      ),
    },
    { key: "email", title: words.email, width: "minmax(0, 1.3fr)", cell: ({ email }) => email },
    {
      ...{ key: "standing", title: words.tenants.standing },
      cell: (entry) =>
        [entry.kind === "room" ? words.tenants.room : null, standing(entry, words)]
          .filter((note) => note !== null)
          .join(" · "),
    },
  ]
}

/** Who they are here, and how their calendar is opened. */
function standing({ userId, connectionState, isByTenant }: Entry, { tenants }: Messages): string {
  if (userId === null) return tenants.notHere
  if (connectionState === null) return tenants.hereWithout
  return isByTenant ? tenants.hereByTenant : tenants.hereOwn
}
