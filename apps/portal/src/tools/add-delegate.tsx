import { Dialog } from "@kalends/ui/dialog"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core"
import { useState } from "react"
import { PeopleFinder } from "../people-finder.tsx"
import type { Person } from "../people-pages.ts"
import type { DelegateProps } from "./delegate-list.tsx"

/** By e-mail address: whoever may not read the list of people names somebody they know. */
export function AddDelegate({ words, voice, api, act }: DelegateProps) {
  const text = words.delegates
  const [email, setEmail] = useState("")
  const [managesPrivate, setManagesPrivate] = useState(false)
  const { isBusy, onSubmit } = useSending(async () => {
    const wanted = { email: email.trim(), managesPrivate }
    const isGiven = await act(() => api.give(wanted), { text: voice.given(wanted.email), undo: null })
    if (!isGiven) return
    setEmail("")
    setManagesPrivate(false)
  })
  return (
    <form onSubmit={onSubmit}>
      <Stack maw="28rem">
        <TextInput
          type="email"
          label={text.email}
          value={email}
          required
          maxLength={254}
          autoComplete="off"
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
        />
        <Private words={words} {...{ managesPrivate, setManagesPrivate }} />
        <Group>
          <Button type="submit" variant="default" loading={isBusy} disabled={email.trim() === ""}>
            {text.add}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type PrivateProps = Pick<DelegateProps, "words"> & {
  readonly managesPrivate: boolean
  readonly setManagesPrivate: (managesPrivate: boolean) => void
}

function Private({ words, managesPrivate, setManagesPrivate }: PrivateProps) {
  return (
    <Checkbox
      label={words.delegates.private}
      checked={managesPrivate}
      onChange={({ currentTarget }) => setManagesPrivate(currentTarget.checked)}
    />
  )
}

type FindProps = DelegateProps & { readonly hostId: string; readonly turn: number }

/** Among the people of the organisation, a page of the service's at a time. */
export function FindDelegate({ words, voice, api, act, delegates, hostId, turn }: FindProps) {
  const text = words.delegates
  const [isFinding, setIsFinding] = useState(false)
  const [managesPrivate, setManagesPrivate] = useState(false)
  const isDelegate = ({ userId }: Person) => delegates.some((delegate) => delegate.userId === userId)
  const give = async ({ email, displayName }: Person) => {
    await act(() => api.give({ email, managesPrivate }), { text: voice.given(displayName), undo: null })
    setIsFinding(false)
  }
  return (
    <Group>
      <Button
        variant="default"
        onClick={() => {
          setManagesPrivate(false)
          setIsFinding(true)
        }}
      >
        {text.find}
      </Button>
      <Dialog isOpen={isFinding} close={() => setIsFinding(false)} title={voice.title} closeLabel={words.close} isWide>
        <Stack>
          <Private words={words} {...{ managesPrivate, setManagesPrivate }} />
          <PeopleFinder
            words={words}
            within={{}}
            turn={turn}
            noteOf={(person) => (isDelegate(person) ? text.isAlready : null)}
            action={(person) =>
              person.userId === hostId || isDelegate(person) ? null : { label: text.add, run: () => give(person) }
            }
          />
        </Stack>
      </Dialog>
    </Group>
  )
}
