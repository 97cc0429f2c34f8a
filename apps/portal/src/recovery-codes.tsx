import { Button, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"

type RecoveryCodesProps = {
  readonly codes: readonly string[]
  readonly words: Messages
  readonly done: () => void
}

/** Recovery codes, shown once. */
export function RecoveryCodes({ codes, words, done }: RecoveryCodesProps) {
  const { signInPage } = words
  const [said, say] = useState("")
  const text = `${codes.join("\n")}\n`
  return (
    <Stack>
      <Text>{signInPage.recoveryShown}</Text>
      <ul className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Group>
        <Button
          variant="default"
          onClick={() => platform.download("kalends-recovery-codes.txt", text, "text/plain;charset=utf-8")}
        >
          {signInPage.download}
        </Button>
        <Button
          variant="default"
          onClick={() =>
            void platform.copy(text).then((isCopied) => say(isCopied ? signInPage.copied : signInPage.copyFailed))
          }
        >
          {signInPage.copy}
        </Button>
        <Text size="sm" role="status">
          {said}
        </Text>
      </Group>
      <Group>
        <Button onClick={done}>{signInPage.haveThem}</Button>
      </Group>
    </Stack>
  )
}
