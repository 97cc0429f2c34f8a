import type { Issuer } from "@kalends/domain/issuer"
import { z } from "zod"
import { ConfigError, type Option, oneOf, option } from "./config-option.ts"

/** The settings of one issuer; its name, in capitals, is a part of theirs. */
export const issuerOptions = (name: string): readonly Option[] => {
  const env = prefixOf(name)
  return [
    option("url", `${env}_URL`, "url", {
      default: null,
      text: "The issuer's identifier, as its own description has it. The README has those of common services.",
    }),
    option("clientId", `${env}_CLIENT_ID`, "text", {
      default: null,
      text: "Client id of Kalends there. The redirect address to register is <public address>/v1/sign-in/callback.",
    }),
    option("clientSecret", `${env}_CLIENT_SECRET`, "text", {
      default: null,
      secret: true,
      text: "Its secret; none for a public client.",
    }),
    option("label", `${env}_LABEL`, "text", { default: null, text: "What people call it. Default: its name." }),
    option("emailTrust", `${env}_EMAIL_TRUST`, "text", {
      default: "no",
      text: "Whether its e-mail addresses say who somebody is: no; verified (where it says email_verified, or xms_edov); always (only where people cannot choose their own address there; needs DOMAINS). A person is found by it once; from then on by what the issuer calls them.",
    }),
    option("domains", `${env}_DOMAINS`, "list", {
      default: "",
      text: "Domains of e-mail addresses that may sign in, separated by commas; empty for any. Needs EMAIL_TRUST.",
    }),
    option("tenant", `${env}_TENANT`, "text", {
      default: null,
      text: "The one organisation that may sign in, as the claim tid has it.",
    }),
    option("hostedDomain", `${env}_HOSTED_DOMAIN`, "text", {
      default: null,
      text: "The one organisation that may sign in, as the claim hd has it.",
    }),
    option("makesUsers", `${env}_MAKES_USERS`, "yes-no", {
      default: "no",
      text: "Make users of people who are not known here yet. Needs EMAIL_TRUST, and DOMAINS, TENANT or HOSTED_DOMAIN.",
    }),
    option("factorMethods", `${env}_FACTOR_AMR`, "list", {
      default: "",
      text: "Values of its claim amr that count as a second factor, such as mfa. Empty: none does, and people show one here.",
    }),
    option("factorClasses", `${env}_FACTOR_ACR`, "list", {
      default: "",
      text: "Values of its claim acr that count as a second factor; they are asked for.",
    }),
    option("maxAgeMinutes", `${env}_MAX_AGE_MINUTES`, "integer", {
      default: null,
      least: 1,
      most: 129_600,
      unit: "minutes",
      text: "How long ago it may have asked the person (max_age): it asks again where it is longer, and must say when it did (auth_time). Without it, a sign-in there counts from when it was, where it says so, else from now.",
    }),
  ]
}
const prefixOf = (name: string) => `KALENDS_OIDC_${name.toUpperCase()}`

export const issuersOption = option("issuers", "KALENDS_OIDC_ISSUERS", "list", {
  default: "",
  text: "Names of sign-in services (OpenID Connect) that people sign in with, separated by commas, such as works,club. Each has settings of its own, below.",
})

const written = z.object({
  url: z.string().nullable(),
  clientId: z.string().nullable(),
  clientSecret: z.string().nullable(),
  label: z.string().nullable(),
  emailTrust: z.string(),
  domains: z.array(z.string().toLowerCase()),
  tenant: z.string().nullable(),
  hostedDomain: z.string().nullable(),
  makesUsers: z.boolean(),
  factorMethods: z.array(z.string()),
  factorClasses: z.array(z.string()),
  maxAgeMinutes: z.number().nullable(),
})

/** The issuers named, each with its settings as `read` finds them. Throws ConfigError. */
export function readIssuers(names: readonly string[], read: (entry: Option) => unknown): readonly Issuer[] {
  const bad = names.find((name) => !isIssuerName(name))
  if (bad !== undefined)
    throw new ConfigError(`KALENDS_OIDC_ISSUERS has "${bad}"; write names of small letters and digits.`)
  if (new Set(names).size < names.length) throw new ConfigError("KALENDS_OIDC_ISSUERS has a name twice.")
  return names.map((name) => readIssuer(name, read))
}

/** Names become part of settings' names, so that none may hold another's. */
const isIssuerName = (name: string) => /^[a-z][a-z0-9]{0,30}$/.test(name)

/** The settings of those issuers, for who tells known ones from unknown ones. */
export const optionsOfIssuers = (names: readonly string[]): readonly Option[] =>
  names.filter(isIssuerName).flatMap((name) => issuerOptions(name))

function readIssuer(name: string, read: (entry: Option) => unknown): Issuer {
  const values = written.parse(Object.fromEntries(issuerOptions(name).map((entry) => [entry.name, read(entry)])))
  const env = (rest: string) => `${prefixOf(name)}_${rest}`
  const needed = (value: string | null, rest: string) => {
    if (value === null) throw new ConfigError(`${env(rest)} is missing; KALENDS_OIDC_ISSUERS names ${name}.`)
    return value
  }
  const emailTrust = oneOf(["no", "verified", "always"], env("EMAIL_TRUST"), values.emailTrust)
  const isBounded = values.domains.length > 0 || values.tenant !== null || values.hostedDomain !== null
  if (emailTrust === "no" && (values.domains.length > 0 || values.makesUsers))
    throw new ConfigError(`${env("EMAIL_TRUST")} is no; ${env("DOMAINS")} and ${env("MAKES_USERS")} need it.`)
  if (emailTrust === "always" && values.domains.length === 0)
    throw new ConfigError(`${env("DOMAINS")} is missing; ${env("EMAIL_TRUST")}=always needs it.`)
  if (values.makesUsers && !isBounded)
    throw new ConfigError(`${env("DOMAINS")} is missing; ${env("MAKES_USERS")} would make users of everybody.`)
  return {
    ...{ ...values, name, emailTrust, label: values.label ?? name },
    url: needed(values.url, "URL"),
    clientId: needed(values.clientId, "CLIENT_ID"),
  }
}
