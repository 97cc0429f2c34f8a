import { option } from "./config-option.ts"

/** How long people stay signed in: docs/sign-in.md says what each of them is for. */
export const sessionOptions = [
  option("sessionDays", "KALENDS_SESSION_DAYS", "integer", {
    default: "14",
    least: 1,
    most: 90,
    unit: "days",
    text: "How long a sign-in lasts at most.",
  }),
  option("sessionIdleHours", "KALENDS_SESSION_IDLE_HOURS", "integer", {
    default: "72",
    least: 1,
    most: 2160,
    unit: "hours",
    text: "After how long without use a session ends. An app that listens for changes is in use; scheduling tools have a time of their own.",
  }),
  option("sessionToolIdleHours", "KALENDS_SESSION_TOOL_IDLE_HOURS", "integer", {
    default: "240",
    least: 1,
    most: 2160,
    unit: "hours",
    text: "After how long without use the session of a scheduling tool ends. Many make a meeting once a week.",
  }),
  option("sessionOidcHours", "KALENDS_SESSION_OIDC_HOURS", "integer", {
    default: "168",
    least: 1,
    most: 2160,
    unit: "hours",
    text: "After how long people whom a sign-in service vouched for (KALENDS_OIDC_ISSUERS) sign in there again, in use or not. Whoever left there is out here after as long.",
  }),
  option("sessionsPerPerson", "KALENDS_SESSIONS_PER_PERSON", "integer", {
    default: "20",
    least: 3,
    most: 200,
    text: "How many sessions a person may have, and as many of scheduling tools. One more ends the one that was unused for longest.",
  }),
] as const
