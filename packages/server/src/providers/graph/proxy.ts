import { authorization } from "@kalends/domain/access"
import { Problem } from "@kalends/domain/problem"
import type { ProxiedCalls, ProxiedRequest, Proxying } from "../../ports/proxied-calls.ts"
import { mailboxUrl } from "./mailbox.ts"
import { requireOwnLink } from "./own-links.ts"

/** A calendar's view and an event of it; the next page comes as a sealed address. */
const views = /^\/calendars\/([^/]+)\/(?:calendarView|events\/[^/]+)$/
const sealed = /^\/next\/([\w-]{1,8000})$/

/** Reads for apps whose person's calendar an organisation's token opens: that token opens others' as well. */
export function createGraphProxy(apiUrl: string): ProxiedCalls {
  function urlOf({ method, path, query }: ProxiedRequest, { access, calendarIds, open }: Proxying): string {
    if (method !== "GET") throw refused()
    const next = sealed.exec(path)?.[1]
    if (next !== undefined) return requireOwnLink(apiUrl, open(next))
    const calendar = views.exec(path)?.[1]
    if (calendar === undefined || !calendarIds.some((id) => encodeURIComponent(id) === calendar)) throw refused()
    return `${mailboxUrl(apiUrl, access)}${path}${query === "" ? "" : `?${query}`}`
  }

  return {
    async ask(request, proxying, send) {
      const { access, ownBase, seal, signal } = proxying
      const url = urlOf(request, proxying)
      const prefer = request.headers.prefer
      const headers = { accept: "application/json", ...(prefer === undefined ? {} : { prefer }) }
      const response = await send({
        ...{ method: "GET", url, signal },
        headers: { ...headers, authorization: authorization(access) },
      })
      // The link names the mailbox and the server; below ours it opens the next page and nothing else.
      const body = response.body.replace(
        /("@odata\.nextLink"\s*:\s*)("(?:[^"\\]|\\.)*")/g,
        (_all, name: string, text: string) => {
          const link: unknown = JSON.parse(text)
          return `${name}${JSON.stringify(`${ownBase}/next/${seal(String(link))}`)}`
        },
      )
      return { status: response.status, contentType: "application/json", body }
    },
  }
}

function refused(): Problem {
  return new Problem("forbidden", "Only the calendar's own pages are passed on.", { code: "not-proxied" })
}
