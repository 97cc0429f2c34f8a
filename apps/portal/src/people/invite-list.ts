import { invitationSchema } from "@kalends/protocol/persons"
import type { Invitee } from "../api-people.ts"

/** What somebody typed or pasted, as far as it is understood. */
export type InviteList = {
  readonly people: readonly Invitee[]
  /** What is no e-mail address, as it was written. */
  readonly wrong: readonly string[]
  /** How many were there before already. */
  readonly doubled: number
}

/** As many as are invited at a time: their links are handed over one by one. */
export const invitedMost = 100

const personSchema = invitationSchema.omit({ role: true })

/**
 * People from a text: one on each line, or several with commas or semicolons between them, with or without a name, as they
 * come from a mail ("Grace Hopper <grace@example.org>"), from a table (name and address in either order), or typed.
 */
export function inviteListOf(text: string): InviteList {
  const people = new Map<string, Invitee>()
  const wrong: string[] = []
  let doubled = 0
  for (const entry of text.split(/[\n;]+/).flatMap(entriesOf)) {
    const person = personOf(entry)
    if (person === null) wrong.push(entry.trim())
    else if (people.has(person.email)) doubled++
    else people.set(person.email, person)
  }
  return { people: [...people.values()], wrong, doubled }
}

/** What looks like an address. An apostrophe may be a part of one (O'Brien), or stand around it. */
function addressesIn(text: string): readonly string[] {
  return text
    .split(/[\s<>,;"]/)
    .filter((word) => word.includes("@"))
    .map((word) => (word.startsWith("'") && word.endsWith("'") ? word.slice(1, -1) : word))
}

/** A line with one address is about one person, commas or not: "Hopper, Grace <grace@example.org>". */
function entriesOf(line: string): readonly string[] {
  return (addressesIn(line).length > 1 ? line.split(",") : [line]).filter((entry) => entry.trim() !== "")
}

function personOf(entry: string): Invitee | null {
  const [address = ""] = addressesIn(entry)
  const named = entry
    .replace(address, " ")
    .replaceAll(/[<>"\s]/g, " ")
    .split(",")
    .map((part) =>
      part
        .split(" ")
        .filter((word) => word.replaceAll("'", "") !== "")
        .join(" "),
    )
    .filter((part) => part !== "")
    .join(", ")
  const displayName = (named === "" ? nameOfAddress(address) : named).slice(0, 120)
  return personSchema.safeParse({ email: address, displayName }).data ?? null
}

/** "grace.hopper@example.org" is Grace Hopper until somebody says otherwise. */
function nameOfAddress(address: string): string {
  const [local = ""] = address.split("@")
  const words = local.split("+")[0]?.split(/[._-]+/) ?? []
  return words
    .filter((word) => word !== "")
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join(" ")
}
