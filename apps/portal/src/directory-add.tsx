import { Dialog } from "@kalends/ui/dialog"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { api } from "./api.ts"
import { tenantApi } from "./api-tenants.ts"
import { type Entry, inParts } from "./directory.ts"
import type { Messages } from "./messages.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { Trouble } from "./page-parts.tsx"
import { useLoaded } from "./use-loaded.ts"

type AddProps = Pick<HandProps, "hand"> & {
  readonly words: Messages
  readonly tenantConnectionId: string
  readonly selected: readonly Entry[]
  /** The selection was dealt with. */
  readonly done: () => void
}

/** The selected become people here, in a group if one is chosen; then their calendars can be connected. */
export function AddPeople({ words, tenantConnectionId, selected, done, hand }: AddProps) {
  const [isOpen, setIsOpen] = useState(false)
  const [added, setAdded] = useState<string | null>(null)
  const close = () => {
    setIsOpen(false)
    if (added !== null) done()
    setAdded(null)
  }
  const emails = selected.map(({ email }) => email)
  return (
    <>
      <Button disabled={selected.length === 0} onClick={() => setIsOpen(true)}>
        {words.tenants.addToKalends}
      </Button>
      <Dialog isOpen={isOpen} close={close} title={words.tenants.addTitle(selected.length)} closeLabel={words.close}>
        {added === null ? (
          <AddForm {...{ words, tenantConnectionId, selected, close }} tell={setAdded} />
        ) : (
          <Stack>
            <Text role="status">{added}</Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {words.close}
              </Button>
              <Button
                data-autofocus
                onClick={() => hand({ kind: "begin", work: "connect", tenantConnectionId }, { emails })}
              >
                {words.tenants.connectSelected}
              </Button>
            </Group>
          </Stack>
        )}
      </Dialog>
    </>
  )
}

type FormProps = Pick<AddProps, "words" | "tenantConnectionId" | "selected"> & {
  readonly close: () => void
  readonly tell: (result: string) => void
}

function AddForm({ words, tenantConnectionId, selected, close, tell }: FormProps) {
  const groups = useLoaded(api.groups)
  const [groupId, chooseGroup] = useState("")
  const { isBusy, error, onSubmit } = useSending(async () => {
    const people = selected.map(({ email, displayName }) => ({ email, displayName: displayName.slice(0, 120) }))
    let [added, known] = [0, 0]
    for (const part of inParts(people)) {
      const answer = await tenantApi.importPeople(tenantConnectionId, { people: [...part], groupId: groupId || null })
      added += answer.added
      known += answer.known
    }
    tell(words.tenants.wereAdded(added, known))
  })
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        <Text>{words.tenants.addText}</Text>
        <NativeSelect
          label={words.tenants.putIntoGroup}
          value={groupId}
          data={[
            { value: "", label: words.tenants.leaveGroups },
            ...(groups.value?.groups ?? []).map((group) => ({ value: group.groupId, label: group.name })),
          ]}
          onChange={({ currentTarget }) => chooseGroup(currentTarget.value)}
        />
        <Trouble error={error ?? groups.error} words={words} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={isBusy}>
            {words.tenants.addToKalends}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
