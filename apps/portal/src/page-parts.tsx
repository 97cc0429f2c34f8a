import { Loading } from "@kalends/ui/loading"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Anchor, Button, Code, Group, Stack, Text, Title } from "@mantine/core"
import { type ReactNode, useEffect, useRef, useState } from "react"
import { problemText } from "./api-problem.ts"
import type { Messages } from "./messages.ts"
import { type Place, placeText } from "./place.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"

/** What every page about organisations is given. */
export type PageProps = {
  readonly words: Messages
  readonly locale: string
  readonly now: Temporal.Instant
}

type PageFrameProps = {
  readonly back?: { readonly label: string; readonly place: Place }
  readonly title: string
  readonly text?: string
  readonly action?: ReactNode
  readonly children: ReactNode
}

/** A page with the way back, its title, and a sentence on what it is for. */
export function PageFrame({ back, title, text, action, children }: PageFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  // The link that led here is gone: whoever goes by keyboard or by ear goes on from the title.
  useEffect(() => {
    const { ownerDocument } = heading.current ?? {}
    if (ownerDocument?.activeElement === ownerDocument?.body) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <Stack gap="xl">
      {back === undefined ? null : (
        <Anchor href={`#${placeText(back.place)}`} w="fit-content">
          ← {back.label}
        </Anchor>
      )}
      <div>
        <Group justify="space-between" align="flex-start">
          <Title order={1} ref={heading} tabIndex={-1} className={`${classes.breakable} ${classes.heading}`}>
            {title}
          </Title>
          {action}
        </Group>
        {text === undefined ? null : (
          <Text c="dimmed" mt="xs" className={classes.prose}>
            {text}
          </Text>
        )}
      </div>
      {children}
    </Stack>
  )
}

/** What went wrong, in an administrator's words. */
export function Trouble({ error, words }: { readonly error: unknown; readonly words: Messages }) {
  if (error === null || error === undefined) return null
  return <ProblemAlert problem={problemText(error, { problems: words.tenantProblems })} />
}

type WaitingProps = { readonly error: unknown; readonly words: Messages; readonly retry: () => Promise<void> }

/** Nothing is there to show yet: it is being read, or could not be, and can be tried again. */
export function Waiting({ error, words, retry }: WaitingProps) {
  if (error === null) return <Loading label={words.loading} />
  return (
    <Stack>
      <Trouble error={error} words={words} />
      <Group>
        <Button variant="default" onClick={() => void retry()}>
          {words.retry}
        </Button>
      </Group>
    </Stack>
  )
}

const toldMs = 4_000

/** Lines as they are to be typed elsewhere, with a button that copies them. */
export function CopyLines({ text, words }: { readonly text: string; readonly words: Messages }) {
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null)
  useEffect(() => (outcome === null ? undefined : platform.after(toldMs, () => setOutcome(null))), [outcome])
  return (
    <div className={classes.lines}>
      <Code block tabIndex={0} className={classes.linesText}>
        {text}
      </Code>
      <Group gap="sm" mt={6}>
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => void platform.copy(text).then((isCopied) => setOutcome(isCopied ? "copied" : "failed"))}
        >
          {words.tenants.copy}
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {outcome === null ? "" : outcome === "copied" ? words.tenants.copied : words.tenants.copyFailed}
        </Text>
      </Group>
    </div>
  )
}

/** A button of a page that leads to another page. */
export function GoButton({ place, label, isMain = false }: GoProps) {
  return (
    <Button component="a" href={`#${placeText(place)}`} variant={isMain ? "filled" : "default"}>
      {label}
    </Button>
  )
}

type GoProps = { readonly place: Place; readonly label: string; readonly isMain?: boolean }
