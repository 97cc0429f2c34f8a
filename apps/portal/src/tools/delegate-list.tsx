import type { Delegates as DelegatesView } from "@kalends/protocol/tools"
import { Button, Group, Switch, Text } from "@mantine/core"
import type { DelegatesApi } from "../api-tools.ts"
import type { Messages } from "../messages.ts"
import classes from "../portal.module.css"
import type { Act } from "./delegates.tsx"

export type DelegateProps = {
  readonly words: Messages
  readonly voice: Messages["delegates"]["own"]
  readonly api: DelegatesApi
  readonly act: Act
  readonly delegates: DelegatesView["delegates"]
}

type ListProps = DelegateProps & { readonly canChange: boolean }

/** Those who may, with what each may; taking it away can be undone. */
export function DelegateList({ delegates, voice, canChange, ...rest }: ListProps) {
  if (delegates.length === 0) return <Text>{voice.nobody}</Text>
  return (
    <ul className={classes.people}>
      {delegates.map((delegate) => (
        <li key={delegate.userId} className={classes.entry}>
          <Group justify="space-between">
            <DelegateText words={rest.words} delegate={delegate} />
            {canChange ? <DelegateActs {...{ ...rest, voice, delegate }} /> : null}
          </Group>
        </li>
      ))}
    </ul>
  )
}

type Delegate = DelegatesView["delegates"][number]
type OneProps = Pick<DelegateProps, "words"> & { readonly delegate: Delegate }

function DelegateText({ words, delegate }: OneProps) {
  const { email, displayName, managesPrivate, isGivenByHost } = delegate
  const text = words.delegates
  return (
    <div className={classes.breakable}>
      <Text>{displayName}</Text>
      <Text size="sm" c="dimmed">
        {[
          email,
          managesPrivate ? text.withPrivate : text.withoutPrivate,
          ...(isGivenByHost ? [] : [text.byAdministrator]),
        ].join(" · ")}
      </Text>
    </div>
  )
}

function DelegateActs({ words, voice, api, act, delegate }: OneProps & Omit<DelegateProps, "delegates">) {
  const { userId, email, displayName, managesPrivate } = delegate
  const text = words.delegates
  const give = (isPrivate: boolean) => () => api.give({ email, managesPrivate: isPrivate })
  return (
    <Group gap="md">
      <Switch
        label={text.private}
        aria-label={text.privateOf(displayName)}
        checked={managesPrivate}
        onChange={() =>
          void act(give(!managesPrivate), {
            text: managesPrivate ? text.privateOff(displayName) : text.privateOn(displayName),
            undo: give(managesPrivate),
          })
        }
      />
      <Button
        variant="default"
        size="compact-md"
        aria-label={voice.takeFrom(displayName)}
        onClick={() => void act(() => api.take(userId), { text: voice.taken(displayName), undo: give(managesPrivate) })}
      >
        {text.take}
      </Button>
    </Group>
  )
}
