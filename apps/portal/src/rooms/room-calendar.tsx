import type { RoomConnectionInput } from "@kalends/protocol/rooms"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { useLoaded } from "../use-loaded.ts"
import { PartTitle, type RoomPartProps } from "./room-page.tsx"
import { calendarText, tenantLabel } from "./room-text.ts"
import { emptySignIn, SignInFields } from "./sign-in-fields.tsx"

/** How the room's calendar is, and how it is connected. */
export function RoomCalendar(props: RoomPartProps) {
  const { room, words, canChange, put } = props
  const text = words.rooms
  const [problem, setProblem] = useState<string | null>(null)
  const told = (work: Promise<RoomPartProps["room"]>) => {
    setProblem(null)
    return work.then(put, (error: unknown) => setProblem(problemText(error, { problems: words.tenantProblems })))
  }
  return (
    <Stack gap="sm">
      <PartTitle>{text.calendar}</PartTitle>
      <Text>{calendarText(room, words)}</Text>
      <ProblemAlert problem={problem} />
      {!canChange ? null : room.connection === null ? (
        <Connect {...props} connect={(input) => told(roomsApi.connect(room.roomId, input))} />
      ) : (
        <Group>
          <Button variant="default" onClick={() => void told(roomsApi.disconnect(room.roomId))}>
            {text.disconnect}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

type ConnectProps = RoomPartProps & { readonly connect: (input: RoomConnectionInput) => Promise<void> }
const own = "own"

/** By a connection of the organisation's, or with the room's own sign-in. */
function Connect({ words, connect }: ConnectProps) {
  const text = words.rooms
  const methods = useLoaded(roomsApi.methods)
  const [by, setBy] = useState<string | null>(null)
  const [typed, setTyped] = useState(emptySignIn)
  const known = methods.value?.tenants ?? []
  const chosen = by ?? known[0]?.tenantConnectionId ?? own
  const provider = methods.value?.providers.find(({ methods: ways }) => ways.some(({ name }) => name === "own-sign-in"))
  const { isBusy, onSubmit } = useSending(() =>
    chosen === own
      ? connect({ by: "password", provider: provider?.provider ?? "", ...typed })
      : connect({ by: "tenant", tenantConnectionId: chosen }),
  )
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        <NativeSelect
          label={text.connectBy}
          value={chosen}
          data={[
            ...known.map((one) => ({ value: one.tenantConnectionId, label: tenantLabel(one) })),
            ...(provider === undefined ? [] : [{ value: own, label: `${provider.label} · ${text.ownSignIn}` }]),
          ]}
          onChange={({ currentTarget: { value } }) => setBy(value)}
        />
        {chosen === own ? <SignInFields words={words} typed={typed} set={setTyped} /> : null}
        <Group>
          <Button type="submit" loading={isBusy}>
            {text.connect}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
