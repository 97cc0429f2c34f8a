import { ConfigError, option } from "./config-option.ts"

/** Whom those write to who find a weakness: /.well-known/security.txt (RFC 9116). */
export const contactOptions = [
  option("securityContacts", "KALENDS_SECURITY_CONTACT", "list", {
    default: "",
    text: "Whom to tell of a weakness in this installation, the best first: mailto:, https: or tel: addresses. With them /.well-known/security.txt is served.",
  }),
  option("securityContactExpires", "KALENDS_SECURITY_CONTACT_EXPIRES", "text", {
    default: null,
    text: "Day until which KALENDS_SECURITY_CONTACT is good, such as 2027-05-31; a year ahead at most is usual. From then on the file is not served.",
  }),
] as const

type Contact = {
  readonly securityContacts: readonly string[]
  readonly securityContactExpires: Temporal.Instant | null
}

/** Throws ConfigError. */
export function checkContact({ securityContacts, securityContactExpires }: Contact): void {
  const [name, expires] = ["KALENDS_SECURITY_CONTACT", "KALENDS_SECURITY_CONTACT_EXPIRES"]
  if (securityContacts.length > 0 !== (securityContactExpires !== null))
    throw new ConfigError(
      `${securityContacts.length > 0 ? expires : name} is missing; ${name} and ${expires} go together.`,
    )
  for (const contact of securityContacts)
    if (!isAddress(contact))
      throw new ConfigError(`${name} has "${contact}"; write addresses such as mailto:security@example.org.`)
}

/** One line of visible ASCII that names a way to reach somebody; http is none (RFC 9116, 2.5.3). */
function isAddress(text: string): boolean {
  return /^[!-~]{1,500}$/.test(text) && URL.canParse(text) && /^(?:mailto|https|tel):$/.test(new URL(text).protocol)
}
