import { createNestablePublicClientApplication, PublicClientApplication } from "@azure/msal-browser"
import type { NestedApp } from "../sign-in.ts"
import { browser, type SignOnSettings } from "./browser.ts"

/** The service's own scope: the token says who the person is, and opens no mailbox and no directory. */
const scopesOf = (clientId: string) => [`api://${clientId}/access_as_user`]

/** Nested app authentication: Outlook itself gets the token, for the account that it is signed in with. */
export const nestedApp: NestedApp = async (isQuiet) => {
  const settings = await browser.signOnSettings()
  if (settings === null) throw new Error("no app registration")
  const { clientId, authority } = settings
  const app = await createNestablePublicClientApplication({ auth: { clientId, authority } })
  const request = { scopes: scopesOf(clientId) }
  const { accessToken } = isQuiet ? await app.acquireTokenSilent(request) : await app.acquireTokenPopup(request)
  return accessToken
}

/** In the dialog of an Outlook without nested app authentication: signs in by going to the sign-in page and back. */
export async function signOnByRedirect({ clientId, authority }: SignOnSettings): Promise<string | null> {
  const redirectUri = `${browser.origin()}/outlook/dialog`
  const app = new PublicClientApplication({ auth: { clientId, authority, redirectUri } })
  await app.initialize()
  const answer = await app.handleRedirectPromise()
  if (answer !== null) return answer.accessToken
  await app.acquireTokenRedirect({ scopes: scopesOf(clientId) })
  return null
}
