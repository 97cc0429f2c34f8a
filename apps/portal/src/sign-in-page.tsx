import type { IssuerView } from "@kalends/protocol/provider-sign-in"
import type { SignInPreviewView } from "@kalends/protocol/sign-in"
import { Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { relativeTime } from "@kalends/ui/words"
import { Anchor, Button, Group, List, Stack, Switch, Text } from "@mantine/core"
import { useEffect, useState, useSyncExternalStore } from "react"
import { signInApi } from "./api-sign-in.ts"
import type { Messages } from "./messages.ts"
import { createOwnSignIn } from "./own-sign-in.ts"
import { PageFrame, type PageProps, Waiting } from "./page-parts.tsx"
import { passkeyDevice } from "./passkey-device.ts"
import { AddPasskey, Passkeys } from "./passkeys.tsx"
import { isAboutPassword, PasswordChange } from "./password-change.tsx"
import { stoppedAddress } from "./people-pages.ts"
import { platform } from "./platform.ts"
import { RecoveryCodes } from "./recovery-codes.tsx"
import { explain, Removal, Section } from "./sign-in-parts.tsx"
import type { PortalStore } from "./store.ts"
import { type FactorProps, TotpSetUp } from "./totp-set-up.tsx"

type SignInPageProps = PageProps & { readonly store: PortalStore }

function useOwnSignIn(store: PortalStore) {
  const [own] = useState(() =>
    createOwnSignIn({ api: signInApi, changed: () => void store.refreshSignIn(), go: platform.go }),
  )
  const state = useSyncExternalStore(own.subscribe, () => own.state)
  useEffect(() => void own.load(), [own])
  return { own, state }
}

/** What went wrong, in this page's words. */
function Failure({ state, words }: Omit<FactorProps, "own">) {
  return state.error === null || isAboutPassword(state.error) ? null : (
    <ProblemAlert problem={explain(words)(state.error)} />
  )
}

/** What one signs in with. */
export function OwnSignInPage({ store, words, locale, now }: SignInPageProps) {
  const { own, state } = useOwnSignIn(store)
  const { signInPage } = words
  const parts = { own, state, words }
  if (state.view === null)
    return (
      <PageFrame title={signInPage.page}>
        <Waiting error={state.error} words={words} retry={async () => void (await own.load())} />
      </PageFrame>
    )
  const { totpSince } = state.view
  const since = (instant: string) => relativeTime(Temporal.Instant.from(instant), now, locale)
  return (
    <PageFrame title={signInPage.page} text={signInPage.pageText}>
      <Failure {...parts} />
      <Section title={signInPage.passkeys} text={signInPage.passkeysText}>
        <Passkeys {...{ ...parts, locale, now }} />
      </Section>
      <Section title={signInPage.totp} text={signInPage.totpText}>
        {totpSince === null ? (
          <TotpSetUp {...parts} />
        ) : (
          <>
            <Text>{signInPage.totpSince(since(totpSince))}</Text>
            <Removal {...parts} label={signInPage.removeTotp} act={own.removeTotp} text={signInPage.removeTotpText} />
          </>
        )}
      </Section>
      <Recovery {...parts} />
      <Section title={signInPage.password} text={signInPage.passwordText}>
        <PasswordChange {...parts} />
      </Section>
      {store.state.user?.abilities.includes("change-sign-in") === true ? <ForEverybody {...parts} /> : null}
      <LinkedAccounts {...{ ...parts, since, issuers: store.state.service?.signInIssuers ?? [] }} />
    </PageFrame>
  )
}

/** Whether everybody of the organisation is asked for a second step; for owners, who have one. */
function ForEverybody({ own, state, words }: FactorProps) {
  const { signInPage } = words
  return (
    <Section title={signInPage.everybody} text={signInPage.everybodyText}>
      <Switch
        label={signInPage.askEverybody}
        checked={state.view?.asksEverybody === true}
        disabled={state.isBusy}
        onChange={(event) => void own.wishEverybody(event.currentTarget.checked)}
      />
      {state.stopped === null ? null : <WhomItStops {...{ own, state, words }} stopped={state.stopped} />}
    </Section>
  )
}

/** Before everybody is asked: who has nothing open until they have set up a second step. */
function WhomItStops({ own, state, words, stopped }: FactorProps & { readonly stopped: SignInPreviewView }) {
  const { signInPage } = words
  const { withoutFactor, some } = stopped
  return (
    <Dialog isOpen close={own.leaveEverybody} title={signInPage.everybody} closeLabel={signInPage.keep}>
      <Stack>
        <Text>{signInPage.stops(withoutFactor)}</Text>
        <List aria-label={signInPage.stopped}>
          {some.map(({ userId, email }) => (
            <List.Item key={userId}>{email}</List.Item>
          ))}
        </List>
        {withoutFactor > some.length ? <Text>{signInPage.andMore(withoutFactor - some.length)}</Text> : null}
        <Anchor href={`#${stoppedAddress}`}>{signInPage.seeStopped}</Anchor>
        <Text c="dimmed">{signInPage.stopsBesides}</Text>
        <Failure {...{ state, words }} />
        <Group justify="flex-end">
          <Button variant="default" onClick={own.leaveEverybody} data-autofocus>
            {signInPage.notNow}
          </Button>
          <Button loading={state.isBusy} onClick={() => void own.askEverybody()}>
            {signInPage.askThem}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}

/** What is shown in place of a page that wants a second factor of somebody, until there is one. */
export function FactorWanted({ store, words }: { readonly store: PortalStore; readonly words: Messages }) {
  const { own, state } = useOwnSignIn(store)
  const { signInPage } = words
  const parts = { own, state, words }
  return (
    <PageFrame
      title={signInPage.wanted}
      text={state.view?.asksEverybody === true ? signInPage.wantedOfAllText : signInPage.wantedText}
    >
      <Failure {...parts} />
      {state.codes === null ? (
        <FirstFactor {...parts} />
      ) : (
        <Section title={signInPage.recovery} text={signInPage.recoveryText}>
          <RecoveryCodes codes={state.codes} words={words} done={own.keptCodes} />
        </Section>
      )}
    </PageFrame>
  )
}

/** The passkey first: it is the quicker of the two, and nobody can be talked out of it. */
function FirstFactor(parts: FactorProps) {
  const { signInPage } = parts.words
  const isThere = passkeyDevice.isThere()
  return (
    <>
      {isThere ? (
        <Section title={signInPage.passkeys} text={signInPage.passkeysText}>
          <AddPasskey {...parts} isMain />
        </Section>
      ) : null}
      <Section title={signInPage.totp} text={signInPage.totpText}>
        <TotpSetUp {...parts} isMain={!isThere} />
      </Section>
    </>
  )
}

function Recovery({ own, state, words }: FactorProps) {
  const { signInPage } = words
  const { view } = state
  const hasFactor = view !== null && (view.totpSince !== null || view.passkeys.length > 0)
  return (
    <Section title={signInPage.recovery} text={signInPage.recoveryText}>
      <Dialog
        isOpen={state.codes !== null}
        close={own.keptCodes}
        title={signInPage.recovery}
        closeLabel={signInPage.haveThem}
      >
        {state.codes === null ? null : <RecoveryCodes codes={state.codes} words={words} done={own.keptCodes} />}
      </Dialog>
      {hasFactor ? (
        <>
          <Text>{signInPage.recoveryLeft(view.recoveryCodesLeft)}</Text>
          <Removal
            {...{ own, state, words }}
            label={signInPage.renew}
            act={own.renewCodes}
            text={signInPage.renewText}
          />
        </>
      ) : (
        <Text>{signInPage.recoveryWhen}</Text>
      )}
    </Section>
  )
}

type LinkedProps = FactorProps & {
  readonly issuers: readonly IssuerView[]
  readonly since: (instant: string) => string
}

/** Other services that vouch for the person: links there are, and those there may be. */
function LinkedAccounts({ own, state, words, issuers, since }: LinkedProps) {
  const { signInPage } = words
  const identities = state.view?.identities ?? []
  const others = issuers.filter(({ label }) => !identities.some((identity) => identity.label === label))
  if (identities.length === 0 && others.length === 0) return null
  return (
    <Section title={signInPage.identities} text={signInPage.identitiesText}>
      {identities.map(({ identityId, label, isConfirmed, usedAt }) => (
        <Group key={identityId} justify="space-between">
          <div>
            <Text>
              {label}: {signInPage.used(since(usedAt))}
            </Text>
            {isConfirmed ? null : <Text c="dimmed">{signInPage.confirmLinkText}</Text>}
          </div>
          <Group>
            {issuers
              .filter((issuer) => issuer.label === label && !isConfirmed)
              .map(({ name }) => (
                <Button key={name} variant="default" loading={state.isBusy} onClick={() => void own.link(name)}>
                  {signInPage.confirmLink(label)}
                </Button>
              ))}
            <Removal
              {...{ own, state, words }}
              label={signInPage.removeOf(label)}
              act={() => own.unlink(identityId)}
              text={signInPage.unlinkText(label)}
            />
          </Group>
        </Group>
      ))}
      {others.length === 0 ? null : (
        <Group>
          {others.map(({ name, label }) => (
            <Button key={name} variant="default" loading={state.isBusy} onClick={() => void own.link(name)}>
              {signInPage.link(label)}
            </Button>
          ))}
        </Group>
      )}
    </Section>
  )
}
