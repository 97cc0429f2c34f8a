import type { PersonView } from "@kalends/protocol/persons"
import type { PeopleProps } from "./people-screen.tsx"
import type { PersonActs } from "./person-acts.ts"

/** What every part of a person's page is given. */
export type PersonProps = PeopleProps & {
  readonly person: PersonView
  readonly acts: PersonActs
  /** Reads the person anew. */
  readonly reload: () => Promise<void>
}
