import { QrPicture } from "@kalends/ui/qr-picture"
import { Button, Code, Group, Stack, Text } from "@mantine/core"
import { CodeForm } from "./code-form.tsx"
import type { Messages } from "./messages.ts"
import type { OwnSignIn, OwnSignInState } from "./own-sign-in.ts"
import classes from "./portal.module.css"

export type FactorProps = { readonly own: OwnSignIn; readonly state: OwnSignInState; readonly words: Messages }

/** A button; then the QR code and the first code of the app. */
export function TotpSetUp({ own, state, words, isMain = false }: FactorProps & { readonly isMain?: boolean }) {
  const { signInPage } = words
  if (state.seed === null)
    return (
      <Group>
        <Button variant={isMain ? "filled" : "default"} loading={state.isBusy} onClick={() => void own.beginTotp()}>
          {signInPage.setUpTotp}
        </Button>
      </Group>
    )
  return (
    <Stack>
      <Text>{signInPage.totpScan}</Text>
      <QrPicture text={state.seed.uri} label={signInPage.totpPicture} />
      <div>
        <Text size="sm" c="dimmed">
          {signInPage.totpSeed}
        </Text>
        <Code className={classes.breakable}>{state.seed.seed.replace(/(.{4})(?=.)/g, "$1 ")}</Code>
      </div>
      <CodeForm
        words={words}
        label={signInPage.confirm}
        isBusy={state.isBusy}
        give={own.confirmTotp}
        leave={own.leaveTotp}
      />
    </Stack>
  )
}
