import { caldavReader } from "./caldav/window.ts"
import type { ContactReader } from "./contact-reader.ts"
import { ewsContacts } from "./ews/contacts.ts"
import { ewsReader } from "./ews/window.ts"
import { googleContacts } from "./google/contacts.ts"
import { googleReader } from "./google/window.ts"
import { graphContacts } from "./graph/contacts.ts"
import { graphReader } from "./graph/window.ts"
import type { WindowReader } from "./reader.ts"

/** One line for each provider. */
export const readers: ReadonlyMap<string, WindowReader> = new Map([
  ["graph", graphReader],
  ["google", googleReader],
  ["caldav", caldavReader],
  ["ews", ewsReader],
])

/** One line for each provider that has contacts. */
export const contactReaders: ReadonlyMap<string, ContactReader> = new Map([
  ["graph", graphContacts],
  ["google", googleContacts],
  ["ews", ewsContacts],
])
