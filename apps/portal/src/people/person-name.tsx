import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { peopleApi } from "../api-people.ts"
import { problemText } from "../api-problem.ts"
import classes from "../portal.module.css"
import { Section } from "../sign-in-parts.tsx"
import type { PersonProps } from "./person-props.ts"

type Named = { readonly displayName: string; readonly email: string }

/** Their name and address, with the way back from a change. */
export function PersonName({ words, person: { user }, reload }: PersonProps) {
  const text = words.peoplePages
  const [typed, setTyped] = useState<Named>({ displayName: user.displayName, email: user.email })
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [was, setWas] = useState<Named | null>(null)
  const save = async (named: Named, former: Named | null) => {
    setBusy(true)
    setError(null)
    const changes = {
      ...(named.displayName === user.displayName ? {} : { displayName: named.displayName }),
      ...(named.email === user.email ? {} : { email: named.email }),
    }
    try {
      await peopleApi.change(user.userId, changes)
      setWas(former)
      setTyped(named)
      await reload()
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  const isSame = typed.displayName.trim() === user.displayName && typed.email.trim() === user.email
  const field = (name: keyof Named) => ({
    ...{ value: typed[name], required: true, autoComplete: "off" },
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      setTyped({ ...typed, [name]: currentTarget.value }),
  })
  return (
    <Section title={text.nameTitle} text={text.nameText}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const named = { displayName: typed.displayName.trim(), email: typed.email.trim().toLowerCase() }
          void save(named, { displayName: user.displayName, email: user.email })
        }}
      >
        <Stack>
          <div className={classes.fields}>
            <TextInput label={words.name} maxLength={120} {...field("displayName")} />
            <TextInput label={words.email} type="email" maxLength={254} {...field("email")} />
          </div>
          <ProblemAlert problem={error === null ? null : problemText(error, words)} />
          {was === null ? null : (
            <Alert color="green" role="status" py="xs">
              <Group justify="space-between">
                <Text size="sm">{text.saved}</Text>
                <Button variant="default" size="compact-sm" onClick={() => void save(was, null)}>
                  {text.undo}
                </Button>
              </Group>
            </Alert>
          )}
          <Group>
            <Button type="submit" variant="default" loading={isBusy} disabled={isSame}>
              {text.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
