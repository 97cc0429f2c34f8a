import type { UsersView, usersQuerySchema } from "@kalends/protocol/api"
import type { RowsPage } from "@kalends/ui/page-loader"
import type { z } from "zod"

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

/** What is asked for when `typed` stands in the search field. */
export function searchOf(typed: string): { readonly search?: string } {
  const search = typed.trim()
  return search === "" ? {} : { search }
}
