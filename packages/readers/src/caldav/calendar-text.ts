/**
 * The name that rules go by once the text is read: the parser refuses a whole file for one bad rule, and loops for ever
 * on some; under another name they stay text until they are walked one by one.
 */
export const ruleProperty = "x-kalends-rrule"

/**
 * iCalendar text made readable, for what real files get wrong: a byte-order mark, bare carriage returns, blank lines
 * between properties, quoted-printable values with their soft line ends (vCalendar 1.0 and programs that grew up with it).
 */
export function readableCalendar(data: string): string {
  const text = data
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .replace(/\n{2,}/g, "\n")
    .trimEnd()
  return withoutQuotedPrintable(text)
    .replace(/^RRULE(?=[;:])/gim, ruleProperty)
    .replace(/^EXRULE(?=[;:])/gim, "x-kalends-exrule")
}

const quotedPrintable =
  /^([A-Z][A-Z-]{0,30})((?:;[^:\n]{0,200})?;ENCODING=QUOTED-PRINTABLE(?:;[^:\n]{0,200})?):((?:[^\n]*=\n)*[^\n]*)/gim

function withoutQuotedPrintable(text: string): string {
  if (!/QUOTED-PRINTABLE/i.test(text)) return text
  return text.replace(quotedPrintable, (_all, name: string, parameters: string, value: string) => {
    const kept = parameters.replace(/;(?:ENCODING|CHARSET)=[^;:]*/gi, "")
    return `${name}${kept}:${decoded(value.replace(/=\n/g, "")).replace(/\r?\n/g, "\\n")}`
  })
}

/** Decodes "=C3=A9"; bytes are UTF-8, as every program that still writes this says or means. */
function decoded(value: string): string {
  return value.replace(/(?:=[0-9A-F]{2})+/gi, (run) => {
    const bytes = run
      .slice(1)
      .split("=")
      .map((pair) => Number.parseInt(pair, 16))
    return new TextDecoder().decode(new Uint8Array(bytes))
  })
}
