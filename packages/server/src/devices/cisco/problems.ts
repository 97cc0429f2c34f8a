import { Problem } from "@kalends/domain/problem"

/** What a status of HTTP means; null where it is an answer. The only reader of status codes. */
export function problemOfStatus(status: number): Problem | null {
  if (status >= 200 && status < 300) return null
  if (status === 401)
    return new Problem("auth-revoked", "The video system does not take the password.", { code: "device-password" })
  if (status === 403)
    return new Problem("forbidden", "The user at the video system may not do this; it must be an administrator.", {
      code: "device-role",
    })
  if (status === 404)
    return new Problem("unsupported", "The video system has no such interface.", { code: "device-interface" })
  return new Problem("unavailable", "The video system does not answer as it should.", { code: "device-trouble" })
}

/**
 * What a refused command means, by the reason that the device gives. The reason itself is not passed on: it may repeat what
 * it was given.
 */
export function problemOfReason(reason: string): Problem {
  if (/permission|not allowed|role/i.test(reason))
    return new Problem("forbidden", "The user at the video system may not do this; it must be an administrator.", {
      code: "device-role",
    })
  if (/unknown command|no match/i.test(reason))
    return new Problem("unsupported", "The software of the video system has no such command.", {
      code: "device-command",
    })
  if (/webex|cloud|edge|registered|linked/i.test(reason))
    return new Problem("unsupported", "The video system takes bookings only when it is linked to its maker's cloud.", {
      code: "device-not-linked",
    })
  return new Problem("unavailable", "The video system refused what it was given.", { code: "device-refused" })
}

export const unreadable = () =>
  new Problem("malformed", "The video system answers what cannot be understood.", { code: "device-answer" })

export const lost = () =>
  new Problem("unavailable", "The line to the video system was cut.", { code: "device-line-cut" })
