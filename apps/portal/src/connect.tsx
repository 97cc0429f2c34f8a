import { type ContactsPermission, isProviderAllowed } from "@kalends/domain/policy"
import type { ConnectionView, ServiceView } from "@kalends/protocol/api"
import type { OwnPolicyView } from "@kalends/protocol/policy"
import { Button, Card, PasswordInput, Radio, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import { contactsOptions, firstContacts } from "./contacts-choice.ts"
import type { Messages } from "./messages.ts"
import classes from "./portal.module.css"
import type { PortalState, PortalStore } from "./store.ts"

type ConnectProps = { readonly store: PortalStore; readonly state: PortalState; readonly words: Messages }
type FormProps = ConnectProps & {
  /** The connection whose permissions are changed; null for a new one. */
  readonly known?: ConnectionView | null
  /** What holds for the person; null until it is known. */
  readonly policy?: OwnPolicyView | null
}
type Provider = ServiceView["providers"][number]
type Permission = "read" | "read-write"

/** One card for each calendar service. What may be done with it is the least, unless more is chosen. */
export function Connect({ store, state, words, known = null, policy = null }: FormProps) {
  const [chosen, setPermission] = useState<Permission | null>(known?.permission ?? null)
  const [wanted, setWanted] = useState(() => firstContacts(state.contactsChoice, known?.contacts ?? null))
  const [typing, setTyping] = useState<string | null>(null)
  const ruled = policy?.settings.calendarPermission
  const permission = ruled?.mayChoose === false ? ruled.value : (chosen ?? ruled?.value ?? "read")
  const providers = (state.service?.providers ?? []).filter(({ name }) => isOffered(name, known, policy))
  const contactsFor = ({ hasContacts }: Provider) => (hasContacts === true ? wanted : "none")
  const typed = providers.find(({ name }) => name === typing)
  const options = (
    <Choices
      {...{ permission, setPermission, state, words }}
      isRuled={ruled?.mayChoose === false}
      contacts={providers.some(({ hasContacts }) => hasContacts === true) ? { value: wanted, set: setWanted } : null}
    />
  )
  if (policy?.mayConnect === false && known === null) return <Text size="lg">{words.policy.own.mayNotConnect}</Text>
  return (
    <Stack gap="lg">
      <Title order={2} size="h3">
        {known === null ? words.chooseService : words.changePermissions}
      </Title>
      {known === null ? null : options}
      <div className={classes.cards}>
        {providers.map((provider) => (
          <ProviderCard
            key={provider.name}
            provider={provider}
            words={words}
            isBusy={state.isBusy}
            label={known === null ? words.connect : words.reconnect}
            isWithoutContacts={wanted !== "none" && provider.hasContacts !== true}
            onConnect={() =>
              provider.signIn === "oauth"
                ? void store.connect({
                    signIn: "oauth",
                    provider: provider.name,
                    permission,
                    contacts: contactsFor(provider),
                  })
                : setTyping(provider.name)
            }
          />
        ))}
      </div>
      {typed === undefined ? null : (
        <PasswordForm
          provider={typed}
          permission={permission}
          contacts={contactsFor(typed)}
          store={store}
          state={state}
          words={words}
        />
      )}
      {known === null ? options : null}
    </Stack>
  )
}

/** A calendar service is offered where policy allows it, and alone where its connection is changed. */
function isOffered(name: string, known: ConnectionView | null, policy: OwnPolicyView | null): boolean {
  return (known === null || name === known.provider) && (policy === null || isProviderAllowed(policy.settings, name))
}

type ChoicesProps = Pick<ConnectProps, "state" | "words"> & {
  readonly permission: Permission
  readonly setPermission: (permission: Permission) => void
  /** Whether policy leaves no choice of it. */
  readonly isRuled: boolean
  /** Null where no calendar service has contacts. */
  readonly contacts: Pick<ChooserProps, "value" | "set"> | null
}

/** What may be done with the calendar, and with contacts. */
function Choices({ permission, setPermission, isRuled, contacts, state, words }: ChoicesProps) {
  return (
    <>
      <Radio.Group
        label={words.permission}
        description={
          isRuled ? words.policy.own.locked(permission === "read" ? words.read : words.readWrite) : undefined
        }
        value={permission}
        onChange={(value) => setPermission(value === "read-write" ? "read-write" : "read")}
      >
        <div className={classes.choices}>
          <Radio value="read" disabled={isRuled} label={words.read} description={words.readText} />
          <Radio value="read-write" disabled={isRuled} label={words.readWrite} description={words.readWriteText} />
        </div>
      </Radio.Group>
      {contacts === null ? null : <ContactsChooser {...contacts} state={state} words={words} />}
    </>
  )
}

type ChooserProps = Pick<ConnectProps, "state" | "words"> & {
  readonly value: ContactsPermission
  readonly set: (value: ContactsPermission) => void
}

/** What apps may do with the person's contacts, as far as policy lets them choose. */
function ContactsChooser({ value, set, state, words }: ChooserProps) {
  const options = contactsOptions(state.contactsChoice)
  if (options.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {words.contactsNotAllowed}
      </Text>
    )
  return (
    <Radio.Group
      label={words.contactsPermission}
      description={state.contactsChoice.most === "read" ? words.contactsReadAlone : undefined}
      value={value}
      onChange={(chosen) => set(options.find((option) => option === chosen) ?? "none")}
    >
      <div className={classes.choices}>
        {options.map((option) => (
          <Radio
            key={option}
            value={option}
            label={words.contactsChoices[option]}
            description={words.contactsTexts[option]}
          />
        ))}
      </div>
    </Radio.Group>
  )
}

function ProviderCard({
  provider,
  words,
  isBusy,
  label,
  isWithoutContacts,
  onConnect,
}: {
  readonly provider: Provider
  readonly words: Messages
  readonly isBusy: boolean
  readonly label: string
  /** Contacts were chosen, and this calendar service has none to offer. */
  readonly isWithoutContacts: boolean
  readonly onConnect: () => void
}) {
  return (
    <Card withBorder padding="lg">
      <Stack gap="md" justify="space-between" h="100%">
        <div>
          <Title order={3} size="h4">
            {provider.label}
          </Title>
          <Text size="sm" c="dimmed">
            {provider.isConfigured ? words.providerText[provider.name] : words.notConfigured}
          </Text>
          {isWithoutContacts && provider.isConfigured ? <Text size="sm">{words.contactsNotOffered}</Text> : null}
        </div>
        <Button
          onClick={onConnect}
          disabled={!provider.isConfigured || isBusy}
          aria-label={`${label}: ${provider.label}`}
        >
          {label}
        </Button>
      </Stack>
    </Card>
  )
}

/** Server, user name and app password. */
export function PasswordForm({
  provider,
  permission,
  contacts,
  store,
  state,
  words,
}: ConnectProps & {
  readonly provider: Provider
  readonly permission: Permission
  readonly contacts: ContactsPermission
}) {
  const [server, setServer] = useState("")
  const [username, setUsername] = useState("")
  const [password, setPassword] = useState("")
  return (
    <Card withBorder padding="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const typed = { server, username, password }
          void store.connect({ signIn: "password", provider: provider.name, permission, contacts, ...typed })
        }}
      >
        <Stack>
          <Title order={2} size="h4">
            {provider.label}
          </Title>
          <TextInput
            label={words.server}
            description={words.serverHint}
            autoComplete="url"
            required
            autoFocus
            value={server}
            onChange={(event) => setServer(event.currentTarget.value)}
          />
          <TextInput
            label={words.username}
            autoComplete="off"
            required
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
          />
          <PasswordInput
            label={words.appPassword}
            description={words.appPasswordHint}
            autoComplete="off"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={state.isBusy}>
            {words.connect}
          </Button>
        </Stack>
      </form>
    </Card>
  )
}
