import { Dialog } from "@kalends/ui/dialog"
import { relativeTime } from "@kalends/ui/words"
import { Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { type PasswordLink, peopleApi } from "../api-people.ts"
import { proofText } from "../devices.tsx"
import { type Fact, Facts } from "../facts.tsx"
import { CopyLines } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { Section } from "../sign-in-parts.tsx"
import { Act, Barred } from "./act.tsx"
import { agoText } from "./ago.ts"
import type { PersonProps } from "./person-props.ts"

function factsOf(props: PersonProps): readonly Fact[] {
  const { words, person } = props
  const text = words.peoplePages
  const { now, locale } = props
  const { hasPassword, totpSince, passkeys, recoveryCodesLeft, identities } = person.signIn
  return [
    [text.password, hasPassword ? text.hasPassword : text.hasNoPassword],
    [text.app, totpSince === null ? text.none : text.since(agoText(totpSince, props))],
    [text.passkeys, passkeys.length === 0 ? text.none : passkeys.map(({ name }) => name).join(", ")],
    [text.recoveryCodes, text.codesLeft(recoveryCodesLeft)],
    ...(identities.length === 0 ? [] : [[text.linked, identities.map(({ label }) => label).join(", ")] as const]),
    [
      text.link,
      person.linkExpiresAt === null
        ? text.noLink
        : text.linkIs(relativeTime(Temporal.Instant.from(person.linkExpiresAt), now, locale)),
    ],
  ]
}

/** What they prove themselves with, and help for whoever has lost it. */
export function PersonSignIn(props: PersonProps) {
  const { words, person, reload } = props
  const { userId, displayName } = person.user
  const text = words.peoplePages
  const [link, setLink] = useState<PasswordLink | null>(null)
  const close = () => {
    setLink(null)
    void reload()
  }
  return (
    <Section title={text.signIn} text={text.signInText}>
      <Facts facts={factsOf(props)} />
      <SignInActs {...props} made={setLink} />
      <Dialog isOpen={link !== null} close={close} title={text.linkMade(displayName)} closeLabel={words.close} isWide>
        {link === null ? null : (
          <Stack key={userId}>
            <Text>{text.linkOnce}</Text>
            <CopyLines text={link.url} words={words} />
          </Stack>
        )}
      </Dialog>
    </Section>
  )
}

function SignInActs({
  words,
  person,
  acts,
  reload,
  made,
}: PersonProps & { readonly made: (link: PasswordLink) => void }) {
  const { userId, displayName } = person.user
  const text = words.peoplePages
  // The same reason is said once.
  if (acts.link !== null && acts.link === acts.factors) return <Barred bar={acts.link} words={words} />
  return (
    <Group align="flex-start">
      <Act
        words={words}
        label={text.makeLink}
        title={text.makeLink}
        bar={acts.link}
        act={() => peopleApi.makeLink(userId).then(made)}
      >
        <Text>{text.makeLinkText}</Text>
      </Act>
      <Act
        words={words}
        label={text.removeFactors}
        title={text.removeFactorsTitle(displayName)}
        tone="lossy"
        bar={acts.factors === "no-factor" ? null : acts.factors}
        act={() => peopleApi.removeFactors(userId).then(reload)}
      >
        <Text>{text.removeFactorsText}</Text>
      </Act>
    </Group>
  )
}

/** Browsers and apps that are let in now. */
export function PersonSessions(props: PersonProps) {
  const { words, person, acts, reload } = props
  const { userId, displayName } = person.user
  const text = words.peoplePages
  return (
    <Section title={text.sessions} text={text.sessionsText}>
      {person.sessions.length === 0 ? (
        <Text>{text.noSessions}</Text>
      ) : (
        <ul className={classes.people}>
          {person.sessions.map(({ sessionId, deviceName, createdAt, ...proof }) => (
            <li key={sessionId} className={classes.entry}>
              <Text className={classes.breakable}>{deviceName}</Text>
              <Text size="sm" c="dimmed">
                {[words.devices.since(agoText(createdAt, props)), proofText(proof, words)]
                  .filter((part) => part !== null)
                  .join(" · ")}
              </Text>
            </li>
          ))}
        </ul>
      )}
      {person.sessions.length === 0 && acts.signOut === null ? null : (
        <Act
          words={words}
          label={text.signOut}
          title={text.signOutTitle(displayName)}
          bar={acts.signOut}
          act={() => peopleApi.signOut(userId).then(reload)}
        >
          <Text>{text.signOutText}</Text>
        </Act>
      )}
    </Section>
  )
}
