import type { PersonRoutesDeps } from "./http/person-routes.ts"
import { type AdministrationDeps, createAdministration } from "./people/administration.ts"
import { createPasswordLinks, type PasswordLinksDeps } from "./people/password-links.ts"

/** What administrators do with people, and the links that they make for them. */
export function createPersonParts({ passwords, ...deps }: AdministrationDeps & Pick<PasswordLinksDeps, "passwords">) {
  const { store, fanOut } = deps
  return {
    administration: createAdministration(deps),
    links: createPasswordLinks({ store, passwords, fanOut, clock: deps.sessions.clock }),
  }
}

export function personRoutesDeps(
  { administration, links, overview, ownPolicy }: PersonRoutesDeps["persons"],
  rest: Omit<PersonRoutesDeps, "persons">,
): PersonRoutesDeps {
  return { ...rest, persons: { administration, links, overview, ownPolicy } }
}
