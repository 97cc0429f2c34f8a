import type { RevocationPreview, RevocationScopeInput } from "@kalends/protocol/revocations"
import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import { connectionsApi } from "../api-connections.ts"
import { Trouble, Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import type { ConnectionsProps } from "./connection-words.ts"
import { ConnectionsFrame } from "./frame.tsx"
import { connectionsPlaceText } from "./place.ts"

type RevokeProps = ConnectionsProps & { readonly scope: RevocationScopeInput }

/** Whom a revocation concerns, by name; then it is confirmed. */
export function RevokePage(props: RevokeProps) {
  const { words, scope } = props
  const text = words.connections
  const { value, error, reload, put } = useLoaded<RevocationPreview>(() => connectionsApi.preview(scope, null))
  const [moreError, setMoreError] = useState<unknown>(null)
  if (value === null)
    return (
      <ConnectionsFrame title={text.revoke} words={words}>
        <Waiting error={error} words={words} retry={reload} />
      </ConnectionsFrame>
    )
  const more = async (after: string) => {
    await connectionsApi.preview(scope, after).then((next) => {
      put({ ...next, people: [...value.people, ...next.people] })
      setMoreError(null)
    }, setMoreError)
  }
  const { after } = value
  return (
    <ConnectionsFrame title={text.revokeTitle(value.count)} text={text.revokeText} words={words}>
      {value.count === 0 ? <Text>{text.nobody}</Text> : <Confirm {...props} preview={value} />}
      <Stack gap="sm">
        <Title order={2} size="h4">
          {text.concerned}
        </Title>
        <ul className={classes.people}>
          {value.people.map(({ connectionId, displayName, email, providerLabel }) => (
            <li key={connectionId} className={classes.entry}>
              <Text className={classes.breakable}>
                {displayName} · {email} · {providerLabel}
              </Text>
            </li>
          ))}
        </ul>
        <Trouble error={moreError} words={words} />
        {after === null ? null : (
          <Group>
            <Button variant="default" onClick={() => void more(after)}>
              {words.more}
            </Button>
          </Group>
        )}
      </Stack>
    </ConnectionsFrame>
  )
}

function Confirm({ words, scope, preview: { phrase } }: RevokeProps & { readonly preview: RevocationPreview }) {
  const text = words.connections
  const [typed, setTyped] = useState("")
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const revoke = async () => {
    setBusy(true)
    await connectionsApi
      .revoke(scope, phrase === null ? null : typed)
      .then(
        ({ revocationId }) => platform.goToPlace(connectionsPlaceText({ kind: "revocation", revocationId })),
        setError,
      )
      .finally(() => setBusy(false))
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void revoke()
      }}
    >
      <Stack gap="sm">
        {phrase === null ? null : (
          <TextInput
            label={text.typeName(phrase)}
            autoComplete="off"
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        )}
        <Trouble error={error} words={words} />
        <Group>
          <Button type="submit" color="red" loading={isBusy} disabled={phrase !== null && typed.trim() !== phrase}>
            {text.doRevoke}
          </Button>
          <Button component="a" href="#connections" variant="default">
            {text.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
