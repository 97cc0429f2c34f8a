import { Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { peopleApi } from "../api-people.ts"
import { problemText } from "../api-problem.ts"
import { Section } from "../sign-in-parts.tsx"
import { Act, Barred } from "./act.tsx"
import type { PersonProps } from "./person-props.ts"

type AccessProps = PersonProps & { readonly removed: () => void }

/** Whether they may use the service: suspended and let in again, or removed for good. */
export function PersonAccess(props: AccessProps) {
  const { words, person, acts } = props
  const text = words.peoplePages
  return (
    <Section title={text.access} text={text.accessText}>
      {acts.suspend !== null && acts.suspend === acts.remove ? (
        <Barred bar={acts.suspend} words={words} />
      ) : (
        <Group align="flex-start">
          {person.suspendedAt === null ? <Suspend {...props} /> : null}
          <Remove {...props} />
        </Group>
      )}
    </Section>
  )
}

function Suspend({ words, person, acts, reload }: PersonProps) {
  const { userId, displayName } = person.user
  const text = words.peoplePages
  return (
    <Act
      words={words}
      label={text.suspend}
      title={text.suspendTitle(displayName)}
      tone="lossy"
      bar={acts.suspend}
      act={() => peopleApi.suspend(userId).then(reload)}
    >
      <Text>{text.suspendText}</Text>
    </Act>
  )
}

/** The way back from a suspension. */
export function Restore({ words, person, reload }: Pick<PersonProps, "words" | "person" | "reload">) {
  const { userId, displayName } = person.user
  const text = words.peoplePages
  return (
    <Act
      words={words}
      label={text.restore}
      title={text.restoreTitle(displayName)}
      bar={null}
      act={() => peopleApi.restore(userId).then(reload)}
    >
      <Text>{text.restoreText}</Text>
    </Act>
  )
}

/** Asks for the person's address to be typed: it cannot be taken back. */
function Remove({ words, person: { user }, acts, removed }: AccessProps) {
  const text = words.peoplePages
  const [isAsking, setAsking] = useState(false)
  const [typed, setTyped] = useState("")
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  if (acts.remove !== null) return <Barred bar={acts.remove} words={words} />
  const close = () => {
    setAsking(false)
    setTyped("")
    setError(null)
  }
  const remove = async () => {
    setBusy(true)
    setError(null)
    await peopleApi.remove(user.userId).then(removed, (failure: unknown) => {
      setError(failure)
      setBusy(false)
    })
  }
  return (
    <>
      <Button color="red" variant="light" onClick={() => setAsking(true)}>
        {text.remove}
      </Button>
      <Dialog isOpen={isAsking} close={close} title={text.removeTitle(user.displayName)} closeLabel={words.close}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void remove()
          }}
        >
          <Stack>
            <Text>{text.removeText}</Text>
            <TextInput
              label={text.typeAddress(user.email)}
              autoComplete="off"
              data-autofocus
              value={typed}
              onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            />
            <ProblemAlert problem={error === null ? null : problemText(error, words)} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {text.keep}
              </Button>
              <Button
                type="submit"
                color="red"
                loading={isBusy}
                disabled={typed.trim().toLowerCase() !== user.email.toLowerCase()}
              >
                {text.remove}
              </Button>
            </Group>
          </Stack>
        </form>
      </Dialog>
    </>
  )
}
