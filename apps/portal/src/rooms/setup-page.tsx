import type { RoomMethodsView, RoomsView } from "@kalends/protocol/rooms"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Anchor, Badge, Button, Group, Stack, Table, Text, Textarea, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { CopyLines, Waiting } from "../page-parts.tsx"
import { placeText } from "../place.ts"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { addressesIn, scriptedMost } from "./addresses.ts"
import type { RoomsProps } from "./room-text.ts"

type Provider = RoomMethodsView["providers"][number]
type Method = Provider["methods"][number]

/** Every way in which rooms are opened, with exactly what it takes, and a script that sets it up. */
export function RoomSetup({ words, canConnect }: RoomsProps) {
  const { value, error, reload } = useLoaded(roomsApi.methods)
  if (value === null) return <Waiting error={error} words={words} retry={reload} />
  return (
    <Stack gap="xl">
      {value.providers.map((provider) => (
        <Stack key={provider.provider} gap="xl">
          <Title order={2} size="h3">
            {provider.label}
          </Title>
          {provider.methods.map((method) => (
            <MethodPart
              key={method.name}
              {...{ words, canConnect, provider, method }}
              known={identityOf(value, provider, method)}
            />
          ))}
        </Stack>
      ))}
    </Stack>
  )
}

type PartProps = Pick<RoomsProps, "words" | "canConnect"> & {
  readonly provider: Provider
  readonly method: Method
  /** Who signs in by it already; empty where nobody does. */
  readonly known: string
}

/** As it signs in to the organisation that is connected in this way. */
function identityOf({ tenants }: RoomMethodsView, { provider }: Provider, { tenantMethods }: Method): string {
  return tenants.find((one) => one.provider === provider && tenantMethods.includes(one.method))?.identity ?? ""
}

function MethodPart(props: PartProps) {
  const { words, method } = props
  const text = words.rooms
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Title order={3} size="h5">
          {text.methods[method.name].name}
        </Title>
        {method.isRecommended ? <Badge variant="light">{text.recommended}</Badge> : null}
      </Group>
      <Text className={classes.prose}>{text.methods[method.name].text}</Text>
      <Table withRowBorders layout="fixed" aria-label={text.needed}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{text.permission}</Table.Th>
            <Table.Th scope="col">{text.holder}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {method.permissions.map(({ name, holder, source }) => (
            <Table.Tr key={name}>
              <Table.Td className={classes.breakable}>
                <Anchor href={source} target="_blank" rel="noreferrer" inherit>
                  {name}
                </Anchor>
              </Table.Td>
              <Table.Td>{text.holders[holder]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <ConnectThisWay {...props} />
      {method.hasScript ? <Script {...props} /> : null}
    </Stack>
  )
}

/** For who may connect an organisation: the others see what it takes. */
function ConnectThisWay({ words, canConnect, method: { name, tenantMethods } }: PartProps) {
  const [first] = tenantMethods
  if (!canConnect || first === undefined) return null
  const place = placeText({ kind: "connect", method: first })
  const label = words.serviceSignIn.connectThisWay
  return (
    <Anchor href={`#${place}`} aria-label={`${label}: ${words.rooms.methods[name].name}`} w="fit-content">
      {label}
    </Anchor>
  )
}

function Script({ words, provider, method, known }: PartProps) {
  const text = words.rooms
  const [identity, setIdentity] = useState(known)
  const [rooms, setRooms] = useState("")
  const [script, setScript] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const write = () =>
    roomsApi
      .script({
        ...{ provider: provider.provider, method: method.name, addresses: addressesIn(rooms) },
        identity: identity.trim() === "" ? null : identity.trim(),
      })
      .then(setScript, (error: unknown) => setProblem(problemText(error, words)))
  const takeKnown = () =>
    knownAddresses().then(
      (known) => setRooms(known.join("\n")),
      (error: unknown) => setProblem(problemText(error, words)),
    )
  return (
    <Stack gap="sm">
      <TextInput
        label={text.identity}
        autoComplete="off"
        maxLength={320}
        value={identity}
        onChange={({ currentTarget }) => setIdentity(currentTarget.value)}
      />
      <Textarea
        label={words.serviceSignIn.roomsOf}
        description={words.serviceSignIn.roomsOfHint}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={rooms}
        onChange={({ currentTarget }) => setRooms(currentTarget.value)}
      />
      <Group>
        <Button variant="default" onClick={() => void takeKnown()}>
          {words.serviceSignIn.takeKnown}
        </Button>
        <Button variant="default" onClick={() => void write()}>
          {text.writeScript}
        </Button>
      </Group>
      <ProblemAlert problem={problem} />
      {script === null ? null : (
        <>
          <Text c="dimmed">{text.scriptText}</Text>
          <CopyLines text={script} words={words} />
        </>
      )}
    </Stack>
  )
}

/** Of the rooms that are here, as many as one script takes. */
async function knownAddresses(): Promise<readonly string[]> {
  const known: string[] = []
  let next: string | null = null
  do {
    const page: RoomsView = await roomsApi.page(next === null ? {} : { next })
    known.push(...page.rooms.map(({ address }) => address))
    next = page.next
  } while (next !== null && known.length < scriptedMost)
  return known.slice(0, scriptedMost)
}
