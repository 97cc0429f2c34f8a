/** A browser without pages: it keeps cookies for each origin, follows redirects and sends the forms that it is told to. */
export function createPlainBrowser() {
  const jars = new Map<string, Map<string, string>>()

  async function ask(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url)
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
    const headers = { ...Object.fromEntries(new Headers(init.headers)), cookie }
    const response = await fetch(url, { ...init, headers, redirect: "manual" })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";")
      const at = pair.indexOf("=")
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return response
  }

  /** Goes where it is sent, as far as an address that `stop` takes, or a page. */
  async function follow(url: string, stop: (url: string) => boolean, init?: RequestInit): Promise<string | Response> {
    let next = url
    let response = await ask(next, init)
    for (let hops = 0; hops < 15; hops++) {
      const location = response.headers.get("location")
      if (location === null) return Object.assign(response, {})
      next = new URL(location, next).href
      if (stop(next)) return next
      response = await ask(next)
    }
    throw new Error("sent about in circles")
  }

  return {
    ask,
    follow,
    forget: (origin: string) => void jars.delete(origin),
  }
}
export type PlainBrowser = ReturnType<typeof createPlainBrowser>
