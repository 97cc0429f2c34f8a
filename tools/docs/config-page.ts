import { z } from "zod"

const optionShape = z.object({
  name: z.string(),
  env: z.string(),
  type: z.string(),
  default: z.string().nullable(),
  unit: z.string().optional(),
  text: z.string(),
  secret: z.boolean(),
  retired: z.string().optional(),
  least: z.number().optional(),
  most: z.number().optional(),
})

/** One row of the server's option table. */
export type ConfigOption = z.infer<typeof optionShape>

/** Reads the `options` table that packages/server/src/config.ts exports. */
export function parseOptions(value: unknown): readonly ConfigOption[] {
  return z.array(optionShape).parse(value)
}

const opening = `# Settings

Everything is set through the environment; nothing has to be. A wrong or unknown setting stops the start with one line
that names it. This page is made by \`npm run docs\` from the table in the code.
`

const ofIssuers = `## Each sign-in service

For each name in \`KALENDS_OIDC_ISSUERS\`, in place of \`NAME\`.
`

/** The page on settings: one table of those in use, one of those for each sign-in service, one of the retired. */
export function configPage(options: readonly ConfigOption[], perIssuer: readonly ConfigOption[] = []): string {
  const retired = options.filter((option) => option.retired !== undefined)
  const current = tableOf(options.filter((option) => option.retired === undefined))
  const table = perIssuer.length === 0 ? current : `${current}\n\n${ofIssuers}\n${tableOf(perIssuer)}`
  if (retired.length === 0) return `${opening}\n${table}\n`
  const old = retired.map((option) => `| \`${option.env}\` | ${cell(option.retired ?? "")} |`)
  return `${opening}\n${table}\n\n## Retired\n\n| variable | instead |\n| --- | --- |\n${old.join("\n")}\n`
}

function tableOf(options: readonly ConfigOption[]): string {
  const rows = options.map(
    (option) =>
      `| \`${option.env}\` | ${typeWords(option)} | ${defaultWords(option)} | ${cell(option.text)}${option.secret ? " **Secret:** never logged or shown." : ""} |`,
  )
  return ["| variable | type | default | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n")
}

function typeWords(option: ConfigOption): string {
  const unit = option.unit === undefined ? "" : `, ${option.unit}`
  const range = option.least === undefined || option.most === undefined ? "" : `, ${option.least} to ${option.most}`
  return `${option.type}${unit}${range}`
}

function defaultWords(option: ConfigOption): string {
  if (option.default === null) return "none"
  return option.default === "" ? "empty" : `\`${cell(option.default)}\``
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;")
