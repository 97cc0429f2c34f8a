import type { FiguresNow } from "@kalends/protocol/figures"
import { Anchor, Text } from "@mantine/core"
import { useEffect } from "react"
import { figuresApi } from "./api-figures.ts"
import classes from "./figures/figures.module.css"
import { verdictOf } from "./figures/verdict.ts"
import { verdictText } from "./figures/verdict-text.ts"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import { useLoaded } from "./use-loaded.ts"

const refreshMs = 30_000

/** In one line whether what is promised is kept, with the way to the pictures. For who may see figures. */
export function HealthStrip({ words, locale }: { readonly words: Messages; readonly locale: string }) {
  const { value, reload } = useLoaded<FiguresNow>(figuresApi.now)
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for as long as the strip is shown.
  useEffect(() => platform.every(refreshMs, () => void (platform.isHidden() ? null : reload())), [])
  if (value === null) return null
  const verdict = verdictOf(value)
  return (
    <div className={classes.strip}>
      <Text role="status">
        {verdict.kind === "late" ? "! " : verdict.kind === "within" ? "✓ " : ""}
        {verdictText(verdict, words, locale)}
      </Text>
      <Anchor href="#figures">{words.figures.toPictures}</Anchor>
    </div>
  )
}
