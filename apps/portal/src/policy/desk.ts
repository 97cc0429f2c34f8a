import type { PolicyEdit } from "@kalends/domain/policy-effect"
import type { PolicyLevelsView } from "@kalends/protocol/policy"
import type { PageProps } from "../page-parts.tsx"

/** What every part of the policy page is given: what is said, and the changes that are collected. */
export type DeskProps = PageProps & {
  readonly levels: PolicyLevelsView
  readonly draft: readonly PolicyEdit[]
  readonly setDraft: (draft: readonly PolicyEdit[]) => void
  readonly canChange: boolean
}
