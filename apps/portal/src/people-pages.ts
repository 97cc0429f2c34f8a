import { roles } from "@kalends/domain/ability"
import { connectionStates } from "@kalends/domain/connection"
import type { UsersView, usersQuerySchema } from "@kalends/protocol/api"
import type { RowsPage } from "@kalends/ui/page-loader"
import type { z } from "zod"
import { addressOf } from "./chosen.ts"

export type Person = UsersView["users"][number]
export type PeopleQuery = Omit<z.input<typeof usersQuerySchema>, "after">

export const personKey = ({ userId }: Person) => userId

/** People as the list takes them; the service goes on from an e-mail address. */
export async function readPeople(
  users: (query: z.input<typeof usersQuerySchema>) => Promise<UsersView>,
  query: PeopleQuery,
  after: string | null,
): Promise<RowsPage<Person>> {
  const page = await users(after === null ? query : { ...query, after })
  return { rows: page.users, next: page.after }
}

/** What somebody chose to see; empty texts for anybody. */
export type PeopleChoice = {
  readonly state: string
  readonly groupId: string
  readonly role: string
  readonly secondStep: string
}

export const anybody: PeopleChoice = { state: "", groupId: "", role: "", secondStep: "" }

/** The list of whom asking everybody for a second step stops (GET /v1/sign-in-policy/preview); the suspended are on it, too. */
export const stoppedAddress = addressOf("people", { role: "user", secondStep: "none" })

/** The choice as the service is asked for it. */
export function choiceOf({ state, groupId, role, secondStep }: PeopleChoice): PeopleQuery {
  const knownState = peopleStates.find((one) => one === state)
  const knownRole = roles.find((one) => one === role)
  const knownStep = secondSteps.find((one) => one === secondStep)
  return {
    ...(knownState === undefined ? {} : { state: knownState }),
    ...(groupId === "" ? {} : { groupId }),
    ...(knownRole === undefined ? {} : { role: knownRole }),
    ...(knownStep === undefined ? {} : { secondStep: knownStep }),
  }
}

export const peopleStates = [...connectionStates, "none"] as const
export const secondSteps = ["some", "none"] as const

/** What is asked for when `typed` stands in the search field. */
export function searchOf(typed: string): { readonly search?: string } {
  const search = typed.trim()
  return search === "" ? {} : { search }
}
