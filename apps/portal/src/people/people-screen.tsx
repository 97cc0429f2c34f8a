import type { UserView } from "@kalends/protocol/api"
import { useSyncExternalStore } from "react"
import type { PageProps } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import { PeopleList } from "./list-page.tsx"
import { PersonPage } from "./person-page.tsx"
import { peoplePlaceOf } from "./place.ts"

/** What every page about people is given. */
export type PeopleProps = PageProps & {
  /** Who looks. */
  readonly user: UserView
  readonly labels: readonly { readonly provider: string; readonly label: string }[]
}

/** The people of the organisation, for administrators. */
export function PeopleScreen(props: PeopleProps) {
  const place = peoplePlaceOf(useSyncExternalStore(platform.onPlace, platform.placeText))
  return place.kind === "list" ? (
    <PeopleList {...props} />
  ) : (
    <PersonPage key={place.userId} {...props} userId={place.userId} />
  )
}
