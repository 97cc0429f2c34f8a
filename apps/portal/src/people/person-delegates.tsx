import { Delegates } from "../tools/delegates.tsx"
import type { PersonProps } from "./person-props.ts"

/** Who may schedule for them. */
export function PersonDelegates({ words, locale, person, acts, user }: PersonProps) {
  const { abilities } = user
  return (
    <Delegates
      {...{ words, locale }}
      host={{ userId: person.user.userId, displayName: person.isYou ? null : person.user.displayName }}
      may={{
        change: person.isYou || acts.edit === null,
        findPeople: abilities.includes("read-people"),
        readLog: abilities.includes("read-audit"),
      }}
    />
  )
}
