import { type Plugin, parseSync } from "vite"

/**
 * For builds: what `words-en.ts` imports has its messages in English alone, and so on, so that nobody loads a language that
 * they do not read. Modules of messages export tables such as `{ en, ja }`; each language gets a copy of them from which
 * the other one's entry is taken, and with it all that only that entry uses. Without it everything runs as well, larger.
 */
export function oneLanguage(): Plugin {
  return {
    name: "one-language",
    enforce: "post",
    resolveId: {
      order: "pre",
      filter: { id: /(^|\/)(messages|meeting-words)\b[^/]*$/ },
      async handler(source, importer) {
        const language = languageOf(importer)
        if (language === null || importer === undefined) return null
        const resolved = await this.resolve(source, importer.replace(/\?(en|ja)$/, ""), { skipSelf: true })
        return resolved === null ? null : `${resolved.id}?${language}`
      },
    },
    transform: {
      filter: { id: /\.ts\?(en|ja)$/ },
      handler: (code, id) => ({ code: inOneLanguage(code, id.slice(-2)), map: null }),
    },
  }
}

const languageOf = (importer: string | undefined) =>
  /(?:\/words-(en|ja)\.ts|\.ts\?(en|ja))$/
    .exec(importer ?? "")
    ?.slice(1)
    .find((name) => name !== undefined) ?? null

/** The code with tables of both languages at its top left with one. */
export function inOneLanguage(code: string, language: string): string {
  const { body } = parseSync("messages.js", code).program
  const tables = body.flatMap((statement) => {
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement
    if (declared?.type !== "VariableDeclaration") return []
    return declared.declarations.flatMap(({ init }) => (init?.type === "ObjectExpression" ? [init] : []))
  })
  return tables.toReversed().reduce((text, { properties, start, end }) => {
    const entries = properties.flatMap((entry) =>
      entry.type === "Property" && entry.key.type === "Identifier" ? [{ name: entry.key.name, entry }] : [],
    )
    const kept = entries.find(({ name }) => name === language)?.entry
    const isTable =
      properties.length === 2 &&
      entries
        .map(({ name }) => name)
        .sort()
        .join() === "en,ja"
    if (!isTable || kept === undefined) return text
    return `${text.slice(0, start)}{ ${code.slice(kept.start, kept.end)} }${text.slice(end)}`
  }, code)
}
