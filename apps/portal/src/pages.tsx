import type { Ability } from "@kalends/domain/ability"
import type { UserView } from "@kalends/protocol/api"
import type { ReactNode } from "react"
import { Home } from "./home-screen.tsx"
import { later } from "./later.ts"
import type { Messages } from "./messages.ts"
import type { PortalState, PortalStore } from "./store.ts"

// Each is loaded when it is first opened: who wants to see a green tick loads none of the administrators' pages.
const Audit = later(async () => (await import("./audit-screen.tsx")).Audit)
const Connections = later(async () => (await import("./connections/connections-screen.tsx")).Connections)
const Displays = later(async () => (await import("./displays/displays-screen.tsx")).Displays)
const Figures = later(async () => (await import("./figures/figures-screen.tsx")).Figures)
const Groups = later(async () => (await import("./groups-screen.tsx")).Groups)
const Keys = later(async () => (await import("./keys-screen.tsx")).Keys)
const Meetings = later(async () => (await import("./meetings-screen.tsx")).Meetings)
const Organisation = later(async () => (await import("./organisation-screen.tsx")).Organisation)
const PeopleScreen = later(async () => (await import("./people/people-screen.tsx")).PeopleScreen)
const OwnPolicyScreen = later(async () => (await import("./policy/own-policy-screen.tsx")).OwnPolicyScreen)
const PolicyScreen = later(async () => (await import("./policy/policy-screen.tsx")).PolicyScreen)
const Rooms = later(async () => (await import("./rooms/rooms-screen.tsx")).Rooms)
const OwnSignInPage = later(async () => (await import("./sign-in-page.tsx")).OwnSignInPage)
const Templates = later(async () => (await import("./tools/templates-screen.tsx")).Templates)
const Tools = later(async () => (await import("./tools/tools-screen.tsx")).Tools)

/** What every page is given. */
export type PageContext = {
  readonly store: PortalStore
  readonly state: PortalState
  readonly user: UserView
  readonly words: Messages
  readonly locale: string
  readonly now: Temporal.Instant
}

/** A page of the portal. It is in the navigation of whoever has the ability. */
export type PortalPage = {
  /** First part of the address behind the #; empty for the home page. */
  readonly place: string
  readonly needs: Ability
  readonly section: "own" | "organisation" | "trust"
  readonly label: (words: Messages) => string
  readonly view: (context: PageContext) => ReactNode
}

/** In the order of the navigation. A new page is one more line. */
export const pages: readonly PortalPage[] = [
  {
    ...{ place: "", needs: "own", section: "own" },
    label: (words) => words.home,
    view: (context) => <Home {...context} />,
  },
  {
    ...{ place: "meetings", needs: "own", section: "own" },
    label: (words) => words.meetings,
    view: ({ store, state, now, words, locale }) => (
      <Meetings {...{ store, now, words, locale }} canWrite={state.connection?.permission === "read-write"} />
    ),
  },
  {
    ...{ place: "tools", needs: "own", section: "own" },
    label: (words) => words.tools.title,
    view: ({ words, locale, user }) => <Tools {...{ words, locale, user }} />,
  },
  {
    ...{ place: "sign-in", needs: "own", section: "own" },
    label: (words) => words.signInPage.page,
    view: ({ store, words, locale, now }) => <OwnSignInPage {...{ store, words, locale, now }} />,
  },
  {
    ...{ place: "settings", needs: "own", section: "own" },
    label: (words) => words.policy.own.title,
    view: ({ words, state }) => (
      <OwnPolicyScreen
        words={words}
        labels={(state.service?.providers ?? []).map(({ name, label }) => ({ provider: name, label }))}
      />
    ),
  },
  {
    ...{ place: "people", needs: "read-people", section: "organisation" },
    label: (words) => words.people,
    view: ({ state, words, locale, now, user }) => (
      <PeopleScreen
        {...{ words, locale, now, user }}
        labels={(state.service?.providers ?? []).map(({ name, label }) => ({ provider: name, label }))}
      />
    ),
  },
  {
    ...{ place: "groups", needs: "read-policy", section: "organisation" },
    label: (words) => words.groups,
    view: ({ words, user }) => <Groups words={words} canChange={user.abilities.includes("change-policy")} />,
  },
  {
    ...{ place: "policy", needs: "read-policy", section: "organisation" },
    label: (words) => words.policy.title,
    view: ({ words, locale, now, user }) => (
      <PolicyScreen {...{ words, locale, now }} canChange={user.abilities.includes("change-policy")} />
    ),
  },
  {
    ...{ place: "templates", needs: "read-policy", section: "organisation" },
    label: (words) => words.templates.title,
    view: ({ words, locale, user: { abilities } }) => (
      <Templates
        {...{ words, locale }}
        may={{ change: abilities.includes("change-policy"), readLog: abilities.includes("read-audit") }}
      />
    ),
  },
  {
    ...{ place: "connections", needs: "read-connections", section: "organisation" },
    label: (words) => words.connections.title,
    view: ({ words, locale, now, user }) => (
      <Connections
        {...{ words, locale, now }}
        canRevoke={user.abilities.includes("revoke-connections")}
        canReadLog={user.abilities.includes("read-audit")}
      />
    ),
  },
  {
    ...{ place: "organisation", needs: "read-organisation", section: "organisation" },
    label: (words) => words.tenants.organisationTab,
    view: ({ words, locale, now, state }) => <Organisation {...{ words, locale, now }} service={state.service} />,
  },
  {
    ...{ place: "rooms", needs: "read-rooms", section: "organisation" },
    label: (words) => words.rooms.title,
    view: ({ words, locale, now, user }) => (
      <Rooms
        {...{ words, locale, now, user }}
        canChange={user.abilities.includes("change-rooms")}
        canConnect={user.abilities.includes("change-organisation")}
      />
    ),
  },
  {
    ...{ place: "displays", needs: "read-rooms", section: "organisation" },
    label: (words) => words.displays.title,
    view: ({ words, locale, now, user }) => (
      <Displays {...{ words, locale, now }} canChange={user.abilities.includes("change-rooms")} />
    ),
  },
  {
    ...{ place: "figures", needs: "read-figures", section: "trust" },
    label: (words) => words.figures.title,
    view: ({ words, locale, state }) => (
      <Figures
        {...{ words, locale }}
        labelOf={(name) => state.service?.providers.find((one) => one.name === name)?.label ?? name}
      />
    ),
  },
  {
    ...{ place: "keys", needs: "read-keys", section: "trust" },
    label: (words) => words.keyWords.keys,
    view: ({ words, locale, user }) => <Keys {...{ words, locale, user }} />,
  },
  {
    ...{ place: "audit", needs: "read-audit", section: "trust" },
    label: (words) => words.auditLog.audit,
    view: ({ words, locale, user }) => <Audit {...{ words, locale }} userId={user.userId} />,
  },
]
