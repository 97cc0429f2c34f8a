/** One setting: the help text, the environment's name and docs/config.md all come from here. */
export type Option = {
  readonly name: string
  readonly env: string
  readonly type: "text" | "url" | "integer" | "yes-no" | "list" | "path"
  /** As it would be written in the environment; null when there is none and the feature is off without it. */
  readonly default: string | null
  readonly unit?: string
  readonly text: string
  /** Never shown, logged or put into documents. */
  readonly secret: boolean
  /** A retired option: what replaces it. Setting it stops the start with that line. */
  readonly retired?: string
  /** Bounds of an integer. */
  readonly least?: number
  readonly most?: number
}

/** A row of the table, its name and type kept as they are. */
export const option = <Name extends string, Type extends Option["type"]>(
  name: Name,
  env: string,
  type: Type,
  rest: Omit<Option, "name" | "env" | "type" | "secret"> & { readonly secret?: boolean },
) => ({ secret: false, ...rest, name, env, type })

/** A setting that is wrong: one clear line with the option and its fix. */
export class ConfigError extends Error {}

/** The word, if it is one of them. Throws ConfigError. */
export function oneOf<const Word extends string>(words: readonly Word[], env: string, written: string): Word {
  const word = words.find((known) => known === written)
  if (word === undefined) throw new ConfigError(`${env} is "${written}"; write one of ${words.join(", ")}.`)
  return word
}
