import fc from "fast-check"
import { type ContactDraft, type ContactLimits, phoneKinds, sanitizeDraft } from "../contact.ts"

const label = fc.stringMatching(/^[a-z0-9]{1,12}$/)
const address = fc.tuple(label, label).map(([name, host]) => `${name}@${host}.example`)
/** Any signs at all, those of XML and JSON, accents, emoji and other scripts among them. */
const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("", "Zoë", "O'Brien & <Sons>", "山田", "العربية", "👩‍🚀"),
)

/** A draft that a provider with these limits keeps whole, its telephones by kind. */
export function anyDraft({ emailsMost, phonesMost }: ContactLimits): fc.Arbitrary<ContactDraft> {
  const number = fc.stringMatching(/^\+?[0-9][0-9 ]{3,12}[0-9]$/)
  const phones = phoneKinds.map((kind) =>
    fc
      .array(number, { maxLength: Math.min(phonesMost[kind], 3) })
      .map((all) => all.map((one) => ({ kind, number: one }))),
  )
  return fc
    .record({
      givenName: anyText,
      familyName: anyText,
      organisation: anyText,
      emails: fc.uniqueArray(address, { maxLength: Math.min(emailsMost, 4) }),
      phones: fc.tuple(...phones).map((kinds) => kinds.flat()),
    })
    .map(sanitizeDraft)
}
