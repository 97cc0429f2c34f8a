import { Anchor, Stack } from "@mantine/core"
import type { ReactNode } from "react"
import type { Messages } from "../messages.ts"
import { PageFrame } from "../page-parts.tsx"

type FrameProps = {
  readonly title: string
  readonly text?: string
  readonly action?: ReactNode
  readonly words: Messages
  readonly children: ReactNode
}

/** A page with the way back to all connections. */
export function ConnectionsFrame({ words, children, ...frame }: FrameProps) {
  return (
    <Stack gap="md">
      <Anchor href="#connections" w="fit-content">
        ← {words.connections.back}
      </Anchor>
      <PageFrame {...frame}>{children}</PageFrame>
    </Stack>
  )
}
