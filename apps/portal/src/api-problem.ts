import type { ProblemBody } from "@kalends/protocol/problem"

/** A refusal of the service; `code` chooses the words. */
export class ApiProblem extends Error {
  readonly kind: string
  readonly code: string

  constructor({ detail, title, kind, code }: Pick<ProblemBody, "detail" | "title" | "kind" | "code">) {
    super(detail ?? title)
    this.kind = kind
    this.code = code ?? kind
  }
}

/** What went wrong and what to do, by the refusal's code. */
export function problemText(
  error: unknown,
  { problems }: { readonly problems: Readonly<Record<string, string>> },
): string {
  const known = error instanceof ApiProblem ? (problems[error.code] ?? problems[error.kind]) : undefined
  return known ?? problems.unavailable ?? ""
}

/** The same of what may have gone wrong; null where nothing did. */
export function troubleText(error: unknown, words: Parameters<typeof problemText>[1]): string | null {
  return error === null ? null : problemText(error, words)
}
