import type { SimResponse } from "../server.ts"

/** Zoom's error body (developers.zoom.us/docs/api/errors). */
export const zoomError = (
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): SimResponse => ({ status, headers, body: { code, message } })

/** Fields that cannot be taken, in the shape of "Error response when sending invalid fields" of the same page. */
export const invalidFields = (fields: readonly string[]): SimResponse => ({
  status: 400,
  body: {
    code: 300,
    message: "Validation Failed.",
    errors: fields.map((field) => ({ field, message: "Invalid field." })),
  },
})

/** Deleted, expired or never there: one answer for all (OpenAPI; seen in a captured answer of 2026-10-05). */
export const noSuchMeeting = (id: string | number): SimResponse =>
  zoomError(404, 3001, `Meeting does not exist: ${id}.`)

export const noSuchUser = (id: string): SimResponse => zoomError(404, 1001, `User does not exist: ${id}.`)

/** OpenAPI, DELETE /meetings/{meetingId}; Zoom's documents name no answer of their own for GET and PATCH. */
export const noSuchOccurrence = (): SimResponse => zoomError(400, 300, "Invalid parameter: `occurrence_id`.")
