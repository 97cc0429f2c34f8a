import { createMeetingActs } from "./meeting.ts"
import type { Words } from "./messages.ts"
import type { Office } from "./office.ts"
import { browser } from "./platform/browser.ts"
import { createService } from "./service.ts"
import { type NestedApp, signInByHand, withSession } from "./sign-in.ts"

/** The parts of the add-in, in the words of the language that Outlook shows. */
export function openAddin(office: Office, nestedApp: NestedApp, words: Words) {
  const service = createService(browser.send)
  const signIn = { office, service, nestedApp, kept: browser.kept }
  const acts = createMeetingActs({
    ...signIn,
    browserZone: browser.zone(),
    untitled: words.untitled,
    newKey: browser.newKey,
  })
  return {
    ...{ ...signIn, acts, words },
    settings: () => withSession(signIn, service.settings),
    askWhoItIs: () => signInByHand(signIn),
  }
}
