import type { OwnSignInView } from "@kalends/protocol/sign-in"
import { Dialog } from "@kalends/ui/dialog"
import { relativeTime } from "@kalends/ui/words"
import { Button, Group, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { deviceNameOf } from "./device-name.ts"
import type { PageProps } from "./page-parts.tsx"
import { passkeyDevice } from "./passkey-device.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { Removal } from "./sign-in-parts.tsx"
import type { FactorProps } from "./totp-set-up.tsx"

type Passkey = OwnSignInView["passkeys"][number]

/** The device is asked at once; the passkey is called what the browser is, until somebody calls it otherwise. */
export function AddPasskey({ own, state, words, isMain = false }: FactorProps & { readonly isMain?: boolean }) {
  const { signInPage } = words
  return (
    <Group>
      <Button
        variant={isMain ? "filled" : "default"}
        loading={state.isBusy}
        onClick={() => void own.addPasskey(deviceNameOf(platform.userAgent))}
      >
        {signInPage.addPasskey}
      </Button>
      <Text role="status">{state.done === "passkey" ? signInPage.passkeyAdded : ""}</Text>
    </Group>
  )
}

type PasskeysProps = FactorProps & Pick<PageProps, "locale" | "now">

/** One's passkeys, and a new one where this browser can have it. */
export function Passkeys({ locale, now, ...props }: PasskeysProps) {
  const passkeys = props.state.view?.passkeys ?? []
  const { signInPage } = props.words
  const when = (instant: string) => relativeTime(Temporal.Instant.from(instant), now, locale)
  return (
    <>
      {passkeys.length === 0 ? (
        <Text>{signInPage.noPasskeys}</Text>
      ) : (
        <ul className={classes.people}>
          {passkeys.map((passkey) => (
            <li key={passkey.passkeyId} className={classes.entry}>
              <Group justify="space-between">
                <div>
                  <Text className={classes.breakable}>{passkey.name}</Text>
                  <Text size="sm" c="dimmed">
                    {detailsOf(passkey, { words: signInPage, when })}
                  </Text>
                </div>
                <Group gap="xs">
                  <Rename {...props} passkey={passkey} />
                  <Removal
                    {...props}
                    label={signInPage.remove}
                    name={signInPage.removeOf(passkey.name)}
                    text={signInPage.removePasskeyText(passkey.name)}
                    act={() => props.own.removePasskey(passkey.passkeyId)}
                  />
                </Group>
              </Group>
            </li>
          ))}
        </ul>
      )}
      {passkeyDevice.isThere() ? <AddPasskey {...props} /> : <Text c="dimmed">{signInPage.passkeysNotHere}</Text>}
    </>
  )
}

type DetailWords = {
  readonly words: FactorProps["words"]["signInPage"]
  readonly when: (instant: string) => string
}

function detailsOf({ createdAt, usedAt, isBackedUp }: Passkey, { words, when }: DetailWords): string {
  const use = usedAt === null ? words.neverUsed : words.used(when(usedAt))
  return [words.added(when(createdAt)), use, ...(isBackedUp ? [words.backedUp] : [])].join(" · ")
}

function Rename({ own, words, passkey }: FactorProps & { readonly passkey: Passkey }) {
  const { signInPage } = words
  const [isOpen, open] = useState(false)
  const [name, setName] = useState(passkey.name)
  const title = signInPage.renameOf(passkey.name)
  return (
    <>
      <Button variant="default" aria-label={title} onClick={() => open(true)}>
        {signInPage.renamePasskey}
      </Button>
      <Dialog isOpen={isOpen} close={() => open(false)} title={title} closeLabel={words.cancel}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            open(false)
            void own.renamePasskey(passkey.passkeyId, name)
          }}
        >
          <Stack>
            <TextInput
              label={signInPage.passkeyName}
              required
              data-autofocus
              maxLength={120}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Group>
              <Button type="submit">{signInPage.save}</Button>
            </Group>
          </Stack>
        </form>
      </Dialog>
    </>
  )
}
