import { z } from "zod"

/** The page of ours to come back to: a path, with query and fragment. Another site's address is none. */
const returnTo = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[^\s\\]*$/)
  .refine(
    (path) =>
      URL.canParse(path, "https://here.invalid") && new URL(path, "https://here.invalid").host === "here.invalid",
  )

const issuer = z.string().max(31)

/** POST /v1/sign-in/provider — where to send the browser to sign in, and where it is to come back to. */
export const providerSignInSchema = z.object({
  issuer,
  returnTo: returnTo.default("/"),
  deviceName: z.string().trim().min(1).max(120),
})
export type ProviderSignInInput = z.input<typeof providerSignInSchema>
/** POST /v1/me/identities — likewise, to be known by it from now on. */
export const identityLinkSchema = z.object({ issuer })
export const sentSchema = z.object({ url: z.url() })
export type SentView = z.infer<typeof sentSchema>

/** A service that people sign in with. */
export const issuerSchema = z.object({ name: z.string(), label: z.string() })
export type IssuerView = z.infer<typeof issuerSchema>
