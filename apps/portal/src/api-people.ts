import type { Role } from "@kalends/domain/ability"
import {
  type InvitationOutcome,
  invitationsAnswerSchema,
  linkPersonSchema,
  type PersonView,
  passwordLinkSchema,
  type personChangesSchema,
  personSchema,
} from "@kalends/protocol/persons"
import type { z } from "zod"
import { call, send } from "./api-call.ts"

export type PersonChanges = z.input<typeof personChangesSchema>
export type PasswordLink = z.infer<typeof passwordLinkSchema>
export type LinkPerson = z.infer<typeof linkPersonSchema>
export type Invitee = { readonly email: string; readonly displayName: string }

const of = (userId: string) => `/v1/users/${userId}`

/** The calls with which administrators look after people, and the two of the page that a password link opens; each throws ApiProblem. */
export const peopleApi = {
  person: (userId: string): Promise<PersonView> => call(personSchema, "GET", of(userId)),
  change: async (userId: string, changes: PersonChanges): Promise<void> =>
    void (await send("PATCH", of(userId), changes)),
  remove: async (userId: string): Promise<void> => void (await send("DELETE", of(userId))),
  suspend: async (userId: string): Promise<void> => void (await send("POST", `${of(userId)}/suspension`)),
  restore: async (userId: string): Promise<void> => void (await send("DELETE", `${of(userId)}/suspension`)),
  signOut: async (userId: string): Promise<void> => void (await send("DELETE", `${of(userId)}/sessions`)),
  removeFactors: async (userId: string): Promise<void> => void (await send("DELETE", `${of(userId)}/factors`)),
  makeLink: (userId: string): Promise<PasswordLink> => call(passwordLinkSchema, "POST", `${of(userId)}/password-link`),
  invite: async (people: readonly Invitee[], role: Role): Promise<readonly InvitationOutcome[]> =>
    (await call(invitationsAnswerSchema, "POST", "/v1/invitations/batch", { people, role })).outcomes,
  /** Whose link it is. The token goes in the body: an address is written down by servers and proxies. */
  lookAtLink: (token: string): Promise<LinkPerson> =>
    call(linkPersonSchema, "POST", "/v1/password-links/look", { token }),
  spendLink: async (token: string, password: string): Promise<void> =>
    void (await send("POST", "/v1/password-links/spend", { token, password })),
}
