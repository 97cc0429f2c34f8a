import { type Role, roles } from "@kalends/domain/ability"
import { NativeSelect, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { peopleApi } from "../api-people.ts"
import classes from "../portal.module.css"
import { Section } from "../sign-in-parts.tsx"
import { Act, Barred } from "./act.tsx"
import type { PersonProps } from "./person-props.ts"

/** What they are to the organisation, with what that allows; another role is given by an owner. */
export function PersonRole({ words, person, acts, reload }: PersonProps) {
  const { user, isYou } = person
  const text = words.peoplePages
  const [chosen, choose] = useState<Role>(user.role)
  const nameOf = (role: Role) => words.navigation.roles[role]
  if (acts.role !== null)
    return (
      <Section title={text.role} text={text.roleTexts[user.role]}>
        <Text>{nameOf(user.role)}</Text>
        <Barred bar={acts.role} words={words} />
      </Section>
    )
  return (
    <Section title={text.role} text={text.roleTexts[user.role]}>
      <NativeSelect
        className={classes.form}
        aria-label={text.role}
        value={chosen}
        data={roles.map((value) => ({ value, label: nameOf(value) }))}
        onChange={({ currentTarget: { value } }) => choose(roles.find((role) => role === value) ?? user.role)}
      />
      {chosen === user.role ? null : (
        <Stack gap="sm">
          <Text>{text.roleTexts[chosen]}</Text>
          <Act
            words={words}
            label={text.giveRole}
            title={text.giveRoleTitle(user.displayName)}
            tone="main"
            bar={null}
            act={() => peopleApi.change(user.userId, { role: chosen }).then(reload)}
          >
            <Text fw={600}>{text.becomes(nameOf(chosen))}</Text>
            <Text>{text.roleTexts[chosen]}</Text>
            {isYou ? <Text>{text.ownRoleText}</Text> : null}
          </Act>
        </Stack>
      )}
    </Section>
  )
}
