import type { PersonView } from "@kalends/protocol/persons"
import { Alert, Anchor, Badge, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { peopleApi } from "../api-people.ts"
import { addressOfChoice } from "../audit-filter.ts"
import { PageFrame, Trouble, Waiting } from "../page-parts.tsx"
import { useLoaded } from "../use-loaded.ts"
import { agoText } from "./ago.ts"
import type { PeopleProps } from "./people-screen.tsx"
import { PersonAccess, Restore } from "./person-access.tsx"
import { personActs } from "./person-acts.ts"
import { PersonCalendar, PersonPolicy } from "./person-calendar.tsx"
import { PersonDelegates } from "./person-delegates.tsx"
import { PersonGroup } from "./person-group.tsx"
import { PersonName } from "./person-name.tsx"
import type { PersonProps } from "./person-props.ts"
import { PersonRole } from "./person-role.tsx"
import { PersonSessions, PersonSignIn } from "./person-sign-in.tsx"
import { peoplePlaceText } from "./place.ts"

/** One person: who they are here, how they are, and what can be done for them. */
export function PersonPage({ userId, ...props }: PeopleProps & { readonly userId: string }) {
  const { words } = props
  const { value, error, reload } = useLoaded<PersonView>(() => peopleApi.person(userId), userId)
  const [removed, setRemoved] = useState<string | null>(null)
  const text = words.peoplePages
  if (removed !== null)
    return (
      <Back {...props}>
        <PageFrame title={text.removed(removed)} text={text.removedText}>
          {null}
        </PageFrame>
      </Back>
    )
  if (value === null)
    return (
      <Back {...props}>
        <PageFrame title={words.people}>
          <Waiting error={error} words={words} retry={reload} />
        </PageFrame>
      </Back>
    )
  const person = { ...props, person: value, acts: personActs(value, props.user.abilities), reload }
  return (
    <Back {...props}>
      <PageFrame title={value.user.displayName} text={value.user.email} action={<Badges {...person} />}>
        <Trouble error={error} words={words} />
        <Suspended {...person} />
        <Stack gap="md">
          {person.acts.edit === null ? (
            <PersonName {...person} />
          ) : (
            <Text c="dimmed">{text.whyNot[person.acts.edit]}</Text>
          )}
          <PersonRole key={value.user.role} {...person} />
          <PersonGroup {...person} />
          <PersonCalendar {...person} />
          <PersonPolicy {...person} />
          <PersonDelegates {...person} />
          <PersonSignIn {...person} />
          <PersonSessions {...person} />
          {person.acts.edit === null ? (
            <PersonAccess {...person} removed={() => setRemoved(value.user.displayName)} />
          ) : null}
          {props.user.abilities.includes("read-audit") ? <InLog {...{ words, userId }} /> : null}
        </Stack>
      </PageFrame>
    </Back>
  )
}

/** What the log has of them: what they did, and what was done to them. */
function InLog({ words, userId }: Pick<PeopleProps, "words"> & { readonly userId: string }) {
  const text = words.peoplePages
  return (
    <Group>
      <Anchor href={`#${addressOfChoice({ actor: userId })}`}>{text.whatTheyDid}</Anchor>
      <Anchor href={`#${addressOfChoice({ subject: userId })}`}>{text.whatWasDone}</Anchor>
    </Group>
  )
}

function Back({ words, children }: PeopleProps & { readonly children: React.ReactNode }) {
  return (
    <Stack gap="md">
      <Anchor href={`#${peoplePlaceText({ kind: "list" })}`} w="fit-content">
        ← {words.peoplePages.back}
      </Anchor>
      {children}
    </Stack>
  )
}

function Badges({ words, person }: PersonProps) {
  return (
    <Group gap="xs">
      <Badge variant="default" size="lg" tt="none">
        {words.navigation.roles[person.user.role]}
      </Badge>
      {person.isYou ? (
        <Badge variant="default" size="lg" tt="none">
          {words.peoplePages.you}
        </Badge>
      ) : null}
    </Group>
  )
}

/** Said first, with the way out beside it. */
function Suspended({ words, person, acts, locale, now, reload }: PersonProps) {
  if (person.suspendedAt === null) return null
  return (
    <Alert color="orange" role="status">
      <Text mb={acts.edit === null ? "sm" : 0}>
        {words.peoplePages.suspendedSince(agoText(person.suspendedAt, { now, locale }))}
      </Text>
      {acts.edit === null ? <Restore {...{ words, person, reload }} /> : null}
    </Alert>
  )
}
