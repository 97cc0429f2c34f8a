import type { Delegates as DelegatesView } from "@kalends/protocol/tools"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Text } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { delegatesApi } from "../api-tools.ts"
import type { Messages } from "../messages.ts"
import { Waiting } from "../page-parts.tsx"
import { RecentEntries } from "../recent-entries.tsx"
import { Section } from "../sign-in-parts.tsx"
import { useLoaded } from "../use-loaded.ts"
import { AddDelegate, FindDelegate } from "./add-delegate.tsx"
import { DelegateList } from "./delegate-list.tsx"

export type DelegatesProps = {
  readonly words: Messages
  readonly locale: string
  /** Whose delegates they are; `displayName` null: of whoever looks. */
  readonly host: { readonly userId: string; readonly displayName: string | null }
  readonly may: { readonly change: boolean; readonly findPeople: boolean; readonly readLog: boolean }
}

/** What was done last, and what takes it back; null for what another press takes back. */
type Done = { readonly text: string; readonly undo: (() => Promise<DelegatesView>) | null }
export type Act = (work: () => Promise<DelegatesView>, done: Done) => Promise<boolean>

/** Who may schedule for somebody: oneself, or a person of the organisation. */
export function Delegates({ words, locale, host, may }: DelegatesProps) {
  const api = delegatesApi(host.displayName === null ? null : host.userId)
  const voice = host.displayName === null ? words.delegates.own : words.delegates.of(host.displayName)
  const { value, error, reload, put } = useLoaded<DelegatesView>(api.list, host.userId)
  const [done, setDone] = useState<Done | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [turn, setTurn] = useState(0)
  const act: Act = async (work, next) => {
    try {
      put(await work())
    } catch (failure) {
      setDone(null)
      setProblem(problemText(failure, words))
      return false
    }
    setProblem(null)
    setDone(next)
    setTurn((before) => before + 1)
    return true
  }
  const common = { words, voice, api, act, delegates: value?.delegates ?? [] }
  return (
    <Section title={voice.title} text={voice.text}>
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <DelegateList {...common} canChange={may.change} />
      )}
      <Group gap="sm" role="status">
        {done === null ? null : <Text>✓ {done.text}</Text>}
        {done === null || done.undo === null ? null : <Undo words={words} undo={done.undo} act={act} />}
      </Group>
      <ProblemAlert problem={problem} />
      {may.change && value !== null ? (
        may.findPeople ? (
          <FindDelegate {...common} turn={turn} hostId={host.userId} />
        ) : (
          <AddDelegate {...common} />
        )
      ) : null}
      {may.readLog ? (
        <RecentEntries
          {...{ words, locale }}
          about={{ action: "delegate-changed", subject: host.userId }}
          turn={`${host.userId} ${turn}`}
        />
      ) : null}
    </Section>
  )
}

type UndoProps = {
  readonly words: Messages
  readonly undo: () => Promise<DelegatesView>
  readonly act: Act
}

function Undo({ words, undo, act }: UndoProps) {
  const { undo: label, undone } = words.delegates
  return (
    <Button variant="subtle" size="compact-md" onClick={() => void act(undo, { text: undone, undo: null })}>
      {label}
    </Button>
  )
}
