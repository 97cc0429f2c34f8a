import { Text } from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "./api.ts"
import type { Concern } from "./groups.ts"
import type { Messages } from "./messages.ts"

type ConcernProps = { readonly concern: Concern; readonly words: Messages }

const namesMost = 5

/** Whom a change concerns and what becomes different for them, before it is made. */
export function ConcernText({ concern, words }: ConcernProps) {
  const { whom, people, connected, wasOn, isOn } = concern
  const names = useNames(whom, people)
  if (people === 0) return <Text size="sm">{words.concernsNobody}</Text>
  if (wasOn === isOn) return <Text size="sm">{words.concernsNothing(people)}</Text>
  const shown = names.join(", ")
  return (
    <>
      <Text size="sm">{isOn ? words.concernOn(people) : words.concernOff(people)}</Text>
      <Text size="sm" fw={600}>
        {names.length === 0 || names.length >= people ? shown : words.andMore(shown, people - names.length)}
      </Text>
      <Text size="sm" mt={4}>
        {isOn ? (connected === 0 ? "" : words.readAgain(connected)) : words.staysAsItIs}
      </Text>
    </>
  )
}

/** Some of their names. Without them the number still says whom it concerns. */
function useNames(whom: Concern["whom"], people: number): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([])
  const query = JSON.stringify(whom)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again when they are other people.
  useEffect(() => {
    let isWanted = people > 0
    void api
      .users(whom)
      .then(({ users }) => {
        if (isWanted) setNames(users.slice(0, namesMost).map(({ displayName }) => displayName))
      })
      .catch(() => setNames([]))
    return () => {
      isWanted = false
    }
  }, [query, people])
  return names
}
