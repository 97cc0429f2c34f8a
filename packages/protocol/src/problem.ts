import { z } from "zod"

/** RFC 9457 problem details: the body of every HTTP error, media type application/problem+json. */
export const problemSchema = z.object({
  /** "about:blank" or a relative address of the problem's page, "/problems/<kind>". */
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** For people; never holds a secret or event content. */
  detail: z.string().optional(),
  /** Problem kind of the domain, or "bad-request" and "signed-out" from the edge. */
  kind: z.string(),
  /** Machine word that chooses the message shown. */
  code: z.string().optional(),
  /** When a retry may succeed, RFC 3339. */
  retryAt: z.string().optional(),
  /** Names the request in the operator's log. */
  requestId: z.string().optional(),
})
export type ProblemBody = z.infer<typeof problemSchema>
