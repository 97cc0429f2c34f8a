import { type Finding, isTestCode, isTypeScript, type Rule, type Tree } from "./tree.ts"

/** Names of providers, device makers and their protocols. */
const providerWords = new Set([
  "graph",
  "google",
  "ews",
  "caldav",
  "microsoft",
  "cisco",
  "poly",
  "polycom",
  "lifesize",
  "webex",
  "entra",
  "gcal",
  "icloud",
  "nextcloud",
  "radicale",
])

/** Exchange is a verb, too: codes are exchanged for tokens. Only the product counts. */
const exchangeServer = /\bExchange (Server|Online|on-premises)|[a-z,] Exchange\b/

/** Where such a name belongs. */
const providerPlaces: readonly RegExp[] = [
  /^packages\/server\/src\/(providers|devices|meeting-backends)\//,
  /^packages\/readers\/src\/[a-z0-9-]+\//,
  /(^|\/)registry\.ts$/,
  /^packages\/server\/src\/config\.ts$/,
  /^packages\/simulator\//,
  /^(tools|e2e|bench)\/|^[^/]+$/,
  /\.tsx$|(^|\/)messages[a-z-]*\.ts$|\/messages\//,
  // Settings of calendar services, named as their folders name them.
  /^packages\/protocol\/src\/checkup-codes\.ts$/,
  // Tools that live inside a provider's own app.
  /^apps\/outlook-addin\//,
  // Tools that live inside a calendar service's own pages.
  /^apps\/(google-addon|browser-extension)\//,
  // Windows zone names, as CLDR lists them.
  /^packages\/domain\/src\/zone\.ts$/,
  // Vendors of meetings, not providers of calendars: recognising their links is a list of their names.
  /^packages\/domain\/src\/(join-link|meeting-vendors|dial-rule)[a-z-]*\.ts$/,
]

/** A provider's name only in its folder, the registries, fixtures, documents and texts for people. */
export const providerNames: Rule = {
  name: "provider-names",
  reason:
    "The engine asks what a provider can do, never who it is; a name elsewhere is a missing capability (STYLE, section 1).",
  find: (tree) =>
    tree.paths
      .filter((path) => isTypeScript(path) && !isTestCode(path) && !providerPlaces.some((place) => place.test(path)))
      .flatMap((path) => providerFindings(tree, path)),
}

function providerFindings(tree: Tree, path: string): readonly Finding[] {
  const facts = tree.facts(path)
  if (facts === null) return []
  const uses = [...facts.identifiers.map(({ name, line }) => ({ value: name, line })), ...facts.strings]
  const seen = new Set<string>()
  return uses.flatMap(({ value, line }) => {
    const word =
      wordsOf(value).find((part) => providerWords.has(part)) ?? (exchangeServer.test(value) ? "exchange" : undefined)
    if (word === undefined || seen.has(`${line} ${word}`)) return []
    seen.add(`${line} ${word}`)
    return [{ path, line, text: `names a provider: "${word}"` }]
  })
}

/** `graphCalls` → graph, calls; `google-addon` → google, addon. */
function wordsOf(text: string): readonly string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
}

type Ban = {
  readonly tokens: readonly string[]
  readonly instead: string
  readonly allowed: readonly RegExp[]
  readonly isForTestsToo?: boolean
}

const platforms: readonly RegExp[] = [/\/platform\//, /(^|\/)platform\.tsx?$/, /^tools\//, /\.config\.ts$/]

const bans: readonly Ban[] = [
  { tokens: ["Date.now", "new Date"], instead: "take the clock", allowed: platforms },
  { tokens: ["Math.random"], instead: "take the random source", allowed: platforms },
  {
    tokens: ["setTimeout", "setInterval"],
    instead: "take the clock's timer, which ends with its owner",
    allowed: platforms,
  },
  {
    tokens: ["process.env"],
    instead: "add an option to config.ts",
    allowed: [...platforms, /^packages\/server\/src\/config\.ts$/],
  },
  { tokens: ["console"], instead: "take the log, which redacts", allowed: platforms },
  { tokens: ["fetch"], instead: "take the HTTP client, which bounds time and size", allowed: platforms },
  { tokens: ["vi.mock", "vi.doMock"], instead: "pass a fake", allowed: [], isForTestsToo: true },
  {
    tokens: ["test", "it", "describe"].flatMap((name) => ["skip", "only", "todo"].map((what) => `${name}.${what}`)),
    instead: "run it, or say when it cannot with skipIf",
    allowed: [],
    isForTestsToo: true,
  },
]

/** Things of the world outside only through the platform folders. */
export const bannedTokens: Rule = {
  name: "banned-tokens",
  reason:
    "Only platform code touches clock, chance, environment, output and network, so that a test can take their place and a secret cannot slip out.",
  find: (tree) =>
    tree.paths.filter(isTypeScript).flatMap((path) => bans.flatMap((ban) => banFindings(tree, path, ban))),
}

function banFindings(tree: Tree, path: string, ban: Ban): readonly Finding[] {
  if (ban.allowed.some((place) => place.test(path)) || (isTestCode(path) && ban.isForTestsToo !== true)) return []
  const uses = tree.facts(path)?.globals.filter((use) => ban.tokens.includes(use.name)) ?? []
  return uses.map((use) => ({ path, line: use.line, text: `${use.name}: ${ban.instead}` }))
}

const syntaxReasons: Readonly<Record<string, string>> = {
  any: "any: parse it, or say unknown",
  enum: "enum: use a union of texts",
  "export default": "export default: name it",
  as: "as: parse at the edge, or let the type follow from the code",
}

const configFile = /(^|\/)[a-z]+\.config\.ts$/

/** Where types of others begin and end: parsers, and platform code over libraries whose types say too little. */
const isEdge = (path: string) => isTestCode(path) || /(^|\/)parse\.ts$|\/platform\//.test(path)

/** Syntax that weakens what the compiler can say. */
export const bannedSyntax: Rule = {
  name: "banned-syntax",
  reason:
    "any and as switch the compiler off where it is needed, enum does not run without a build, a default export has no name to search for.",
  find: (tree) =>
    tree.paths.filter(isTypeScript).flatMap((path) => {
      const uses = tree.facts(path)?.syntax ?? []
      const bad = uses.filter(
        ({ name }) => !(name === "export default" && configFile.test(path)) && !(name === "as" && isEdge(path)),
      )
      return bad.map(({ name, line }) => ({ path, line, text: syntaxReasons[name] ?? name }))
    }),
}

/** Code through which calendar data passes on its way to a screen. */
const passesContent =
  /^(?:packages\/(?:domain|readers|client)|apps\/agenda)\/src\/(?!platform\/)|^apps\/rooms\/src\/(?!token-keeper\.ts$)|^apps\/desktop\/src\/(?!platform\/)/
const storage = new Set([
  "localStorage",
  "sessionStorage",
  "indexedDB",
  "cookieStore",
  "openDatabase",
  "serviceWorker",
  "caches",
  "showSaveFilePicker",
  "getDirectory",
])
const files = /^(?:node:)?(?:fs|fs\/promises|sqlite|child_process)$/

/** Clients keep events, tokens and credentials in memory, and nowhere else. */
export const noStorage: Rule = {
  name: "no-storage",
  reason:
    "Calendar data, tokens and credentials are in memory only (SPEC 2.1): no web storage, no cache, no cookie, no file.",
  find: (tree) =>
    tree.paths
      .filter((path) => isTypeScript(path) && passesContent.test(path) && !isTestCode(path))
      .flatMap((path) => {
        const facts = tree.facts(path)
        const kept = (facts?.identifiers ?? []).filter(({ name }) => storage.has(name))
        const written = (facts?.imports ?? []).filter(({ specifier }) => files.test(specifier))
        return [
          ...kept.map(({ name, line }) => ({ path, line, text: `${name} keeps what it is given` })),
          ...written.map(({ specifier, line }) => ({ path, line, text: `${specifier} can write a file` })),
        ]
      }),
}

const sqlNow = /\bnow\(\)|\bcurrent_timestamp\b/i
const sqlStar = /\bselect\s+(\w+\.)?\*/i
const sqlWords = /\b(select|insert into|update|delete from|default|where|values|interval)\b/i

/** SQL gets the time as a parameter and names its columns. */
export const sqlTexts: Rule = {
  name: "sql",
  reason:
    "now() is a second clock that no test can set, and select * reads columns that nobody asked for: take $now, name the columns.",
  find: (tree) =>
    tree.paths.flatMap((path) => {
      if (path.endsWith(".sql") && !isTestCode(path))
        return sqlFindings(
          path,
          withoutSqlComments(tree.text(path) ?? "")
            .split("\n")
            .map((value, index) => ({ value, line: index + 1 })),
          true,
        )
      if (!isTypeScript(path) || isTestCode(path) || path.startsWith("tools/")) return []
      return sqlFindings(path, tree.facts(path)?.strings ?? [], false)
    }),
}

const withoutSqlComments = (text: string) => text.replace(/--.*$/gm, "")

function sqlFindings(
  path: string,
  texts: readonly { readonly value: string; readonly line: number }[],
  isSql: boolean,
): readonly Finding[] {
  return texts.flatMap(({ value, line }) => [
    ...(sqlNow.test(value) && (isSql || sqlWords.test(value) || value.trim() === "now()")
      ? [{ path, line, text: "now(): take $now" }]
      : []),
    ...(sqlStar.test(value) ? [{ path, line, text: "select *: name the columns" }] : []),
  ])
}

/** Work that is put off has an issue; what is broken is mended before it reaches main. */
export const leftovers: Rule = {
  name: "leftovers",
  reason:
    "A note that nothing reminds of is never read again: FIXME is mended before main, TODO names its issue (TODO #12).",
  find: (tree) =>
    tree.paths
      .filter(
        (path) =>
          !path.startsWith("tools/tidy") &&
          /\.(tsx?|mjs|js|sql|sh|css|html|md)$/.test(path) &&
          path !== "package-lock.json",
      )
      .flatMap((path) => leftoverFindings(path, notesIn(tree, path))),
}

function notesIn(tree: Tree, path: string): readonly { readonly value: string; readonly line: number }[] {
  const facts = tree.facts(path)
  return facts?.comments ?? (tree.text(path) ?? "").split("\n").map((value, index) => ({ value, line: index + 1 }))
}

function leftoverFindings(
  path: string,
  notes: readonly { readonly value: string; readonly line: number }[],
): readonly Finding[] {
  return notes.flatMap(({ value, line }) => {
    if (/\bFIXME\b/.test(value)) return [{ path, line, text: "FIXME" }]
    return /\bTODO\b(?!\s*\(?#\d+)/.test(value) ? [{ path, line, text: "TODO without an issue number" }] : []
  })
}
