import type { Delegates as DelegatesView, ToolSettings } from "@kalends/protocol/tools"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Card, Checkbox, Group, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { toolsApi } from "../api-tools.ts"
import type { Messages } from "../messages.ts"
import { Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"

type DelegatesProps = { readonly words: Messages; readonly settings: ToolSettings | null }

/** Those who schedule for the person, and for whom the person does. */
export function Delegates({ words, settings }: DelegatesProps) {
  const text = words.tools.delegates
  const { value, error, reload, put } = useLoaded<DelegatesView>(toolsApi.delegates)
  const [said, say] = useState("")
  const [problem, setProblem] = useState<string | null>(null)
  const act = (work: Promise<DelegatesView>, outcome: string): Promise<boolean> =>
    work.then(
      (changed) => {
        put(changed)
        setProblem(null)
        say(outcome)
        return true
      },
      (failure: unknown) => {
        say("")
        setProblem(problemText(failure, words))
        return false
      },
    )
  const hosts = settings?.mayScheduleFor.map(({ displayName }) => displayName) ?? []
  return (
    <Card withBorder component="section">
      <Title order={2}>{text.title}</Title>
      <Text mt="xs" className={classes.prose}>
        {text.text}
      </Text>
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <DelegateList words={words} delegates={value.delegates} act={act} />
      )}
      <Text role="status" mt="xs">
        {said === "" ? "" : `✓ ${said}`}
      </Text>
      <ProblemAlert problem={problem} />
      <AddDelegate words={words} act={act} />
      {hosts.length === 0 ? null : (
        <Text mt="md" className={classes.breakable}>
          {text.for(hosts.join(", "))}
        </Text>
      )}
    </Card>
  )
}

type Act = (work: Promise<DelegatesView>, outcome: string) => Promise<boolean>
type ListProps = Pick<DelegatesProps, "words"> & DelegatesView & { readonly act: Act }

function DelegateList({ words, delegates, act }: ListProps) {
  const text = words.tools.delegates
  if (delegates.length === 0) return <Text mt="sm">{text.nobody}</Text>
  return (
    <ul className={classes.people}>
      {delegates.map(({ userId, displayName, email, managesPrivate, isGivenByHost }) => (
        <li key={userId} className={classes.entry}>
          <Group justify="space-between">
            <div>
              <Text className={classes.breakable}>{displayName}</Text>
              <Text size="sm" c="dimmed" className={classes.breakable}>
                {[
                  email,
                  managesPrivate ? text.withPrivate : text.withoutPrivate,
                  ...(isGivenByHost ? [] : [text.byAdministrator]),
                ].join(" · ")}
              </Text>
            </div>
            <Button
              variant="default"
              size="compact-md"
              aria-label={text.takeFrom(displayName)}
              onClick={() => void act(toolsApi.takeDelegate(userId), text.taken(displayName))}
            >
              {text.take}
            </Button>
          </Group>
        </li>
      ))}
    </ul>
  )
}

function AddDelegate({ words, act }: Pick<ListProps, "words" | "act">) {
  const text = words.tools.delegates
  const [email, setEmail] = useState("")
  const [managesPrivate, setManagesPrivate] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const submit = async () => {
    setIsBusy(true)
    const isGiven = await act(toolsApi.giveDelegate({ email: email.trim(), managesPrivate }), text.given(email.trim()))
    setIsBusy(false)
    if (!isGiven) return
    setEmail("")
    setManagesPrivate(false)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Stack mt="md" maw="28rem">
        <TextInput
          type="email"
          label={text.email}
          value={email}
          required
          maxLength={254}
          autoComplete="off"
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
        />
        <Checkbox
          label={text.private}
          checked={managesPrivate}
          onChange={({ currentTarget }) => setManagesPrivate(currentTarget.checked)}
        />
        <Group>
          <Button type="submit" variant="default" loading={isBusy} disabled={email.trim() === ""}>
            {text.add}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
