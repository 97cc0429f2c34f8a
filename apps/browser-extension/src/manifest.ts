import { pages } from "./selectors.ts"

export type Browser = "chrome" | "firefox"

/**
 * The manifest of one browser. Of hosts it has the calendar pages alone, by its content script; the service's own address is
 * asked for when a person connects, and only that one.
 */
export function manifestOf(browser: Browser, version: string) {
  const background = browser === "chrome" ? { service_worker: "background.js" } : { scripts: ["background.js"] }
  const gecko = { id: "extension@kalends.example", strict_min_version: "128.0" }
  return {
    manifest_version: 3,
    name: "Kalends",
    description: "__MSG_description__",
    default_locale: "en",
    version,
    permissions: ["storage"],
    optional_host_permissions: ["https://*/*", "http://localhost/*", "http://127.0.0.1/*"],
    background,
    content_scripts: [
      { matches: pages.flatMap(({ hosts }) => hosts.map((host) => `https://${host}/*`)), js: ["content.js"] },
    ],
    options_ui: { page: "options.html", open_in_tab: true },
    ...(browser === "chrome" ? { minimum_chrome_version: "125" } : { browser_specific_settings: { gecko } }),
  }
}

export const descriptions = {
  en: "Adds a meeting of your organisation's Kalends to events in Google Calendar and Outlook on the web.",
  ja: "Google カレンダーと Outlook on the web の予定に、組織の Kalends の会議を追加します。",
} as const

export const optionsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Kalends</title>
    <style>
      :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
      body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
      input { font: inherit; width: 100%; box-sizing: border-box; padding: 0.4rem; margin: 0.3rem 0 0.8rem; }
      button { font: inherit; padding: 0.4rem 1rem; margin-inline-end: 0.5rem; }
    </style>
  </head>
  <body>
    <script src="options.js"></script>
  </body>
</html>
`
