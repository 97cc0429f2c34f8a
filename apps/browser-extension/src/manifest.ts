import { pages } from "./selectors.ts"
import { serviceUrl } from "./service.ts"

export type Browser = "chrome" | "firefox"

const icons = { "16": "icons/16.png", "32": "icons/32.png", "64": "icons/64.png", "128": "icons/128.png" }

/**
 * The manifest of one browser. Of hosts it has the calendar pages, by its content script, and the one service that it was
 * downloaded from: nothing is asked for later, and no other address is ever reached.
 */
export function manifestOf(browser: Browser, version: string) {
  const background = browser === "chrome" ? { service_worker: "background.js" } : { scripts: ["background.js"] }
  // Filled in at download, as the address is: each organisation signs an extension of its own.
  const id = "{00000000-0000-0000-0000-000000000000}"
  const gecko = { id, strict_min_version: "128.0", data_collection_permissions: { required: ["websiteContent"] } }
  return {
    manifest_version: 3,
    name: "Kalends",
    description: "__MSG_description__",
    default_locale: "en",
    version,
    icons,
    action: { default_icon: icons, default_title: "__MSG_open__" },
    permissions: ["storage"],
    host_permissions: [`${serviceUrl}/*`],
    background,
    content_scripts: [
      { matches: pages.flatMap(({ hosts }) => hosts.map((host) => `https://${host}/*`)), js: ["content.js"] },
    ],
    options_ui: { page: "options.html", open_in_tab: true },
    ...(browser === "chrome" ? { minimum_chrome_version: "125" } : { browser_specific_settings: { gecko } }),
  }
}

/** What browsers show of the extension, by language: the files that they look for it in. */
export const localeFiles = {
  "_locales/en/messages.json": {
    description: {
      message: "Adds a meeting of your organisation's Kalends to events in Google Calendar and Outlook on the web.",
    },
    open: { message: "Kalends: connection and settings" },
  },
  "_locales/ja/messages.json": {
    description: { message: "Google カレンダーと Outlook on the web の予定に、組織の Kalends の会議を追加します。" },
    open: { message: "Kalends：接続と設定" },
  },
} as const
