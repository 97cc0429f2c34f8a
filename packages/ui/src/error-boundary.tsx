import { Button, Paper, Stack, Text, Title } from "@mantine/core"
import { Component, type ReactNode } from "react"
import { chooseLanguage } from "./words.ts"

const texts = {
  en: {
    title: "This page met a mistake of its own",
    text: "Your calendar and your connection are not affected. Loading the page again shows it as it is now.",
    reload: "Load the page again",
  },
  ja: {
    title: "ページで問題が発生しました",
    text: "カレンダーと接続には影響ありません。ページを再読み込みすると、現在の状態が表示されます。",
    reload: "再読み込み",
  },
} as const

type Props = { readonly children: ReactNode }

/** A mistake while drawing shows what to do, instead of a white page. What was thrown is not shown: it may hold content. */
export class ErrorBoundary extends Component<Props, { readonly isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true }
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children
    const words = texts[chooseLanguage(navigator.languages)]
    return (
      <main>
        <Paper withBorder role="alert" p="xl" m="xl" maw="32rem" mx="auto">
          <Stack align="flex-start">
            <Title order={1} size="h2">
              {words.title}
            </Title>
            <Text>{words.text}</Text>
            <Button size="md" onClick={() => window.location.reload()}>
              {words.reload}
            </Button>
          </Stack>
        </Paper>
      </main>
    )
  }
}
