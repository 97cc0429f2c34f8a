import type { IssuerView } from "@kalends/protocol/provider-sign-in"
import { ConfirmedAct, Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { relativeTime } from "@kalends/ui/words"
import { Button, Card, Group, Stack, Text, Title } from "@mantine/core"
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react"
import { problemText } from "./api-problem.ts"
import { signInApi } from "./api-sign-in.ts"
import type { Messages } from "./messages.ts"
import { createOwnSignIn } from "./own-sign-in.ts"
import { PageFrame, type PageProps, Waiting } from "./page-parts.tsx"
import { PasswordChange } from "./password-change.tsx"
import { platform } from "./platform.ts"
import { RecoveryCodes } from "./recovery-codes.tsx"
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

const explain = (words: Messages) => (error: unknown) =>
  problemText(error, { problems: { ...words.problems, ...words.signInPage.problems } })

/** What went wrong, in this page's words. */
function Failure({ state, words }: Omit<FactorProps, "own">) {
  return state.error === null ? null : <ProblemAlert problem={explain(words)(state.error)} />
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
      <LinkedAccounts {...{ ...parts, since, issuers: store.state.service?.signInIssuers ?? [] }} />
    </PageFrame>
  )
}

/** What an administrator sees in place of a page that wants a second factor of them, until there is one. */
export function FactorWanted({ store, words }: { readonly store: PortalStore; readonly words: Messages }) {
  const { own, state } = useOwnSignIn(store)
  const { signInPage } = words
  const parts = { own, state, words }
  return (
    <PageFrame title={signInPage.wanted} text={signInPage.wantedText}>
      <Failure {...parts} />
      {state.codes === null ? (
        <Section title={signInPage.totp} text={signInPage.totpText}>
          <TotpSetUp {...parts} isMain />
        </Section>
      ) : (
        <Section title={signInPage.recovery} text={signInPage.recoveryText}>
          <RecoveryCodes codes={state.codes} words={words} done={own.keptCodes} />
        </Section>
      )}
    </PageFrame>
  )
}

type SectionProps = { readonly title: string; readonly text: string; readonly children: ReactNode }

function Section({ title, text, children }: SectionProps) {
  return (
    <Card withBorder component="section">
      <Stack>
        <div>
          <Title order={2} size="h4">
            {title}
          </Title>
          <Text c="dimmed">{text}</Text>
        </div>
        {children}
      </Stack>
    </Card>
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

type RemovalProps = FactorProps & {
  readonly label: string
  readonly text: string
  readonly act: () => Promise<boolean>
}

/** An act that takes something away: it asks before. What goes wrong is said on the page. */
function Removal({ words, label, text, act }: RemovalProps) {
  const [round, setRound] = useState(0)
  return (
    <ConfirmedAct
      key={round}
      label={label}
      title={label}
      keepLabel={words.signInPage.keep}
      closeLabel={words.cancel}
      tone="plain"
      explain={explain(words)}
      act={async () => {
        await act()
        setRound(round + 1)
      }}
    >
      <Text>{text}</Text>
    </ConfirmedAct>
  )
}
