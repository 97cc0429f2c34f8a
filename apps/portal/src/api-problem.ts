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
