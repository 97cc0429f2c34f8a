import type { ServiceView } from "@kalends/protocol/api"
import { Button, Card, PasswordInput, Radio, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import type { Messages } from "./messages.ts"
import classes from "./portal.module.css"
import type { PortalState, PortalStore } from "./store.ts"

type ConnectProps = { readonly store: PortalStore; readonly state: PortalState; readonly words: Messages }
type Provider = ServiceView["providers"][number]
type Permission = "read" | "read-write"

/** One card for each calendar service. What may be done with it is the least, unless more is chosen. */
export function Connect({ store, state, words }: ConnectProps) {
  const [permission, setPermission] = useState<Permission>("read")
  const [typing, setTyping] = useState<string | null>(null)
  const providers = state.service?.providers ?? []
  const typed = providers.find(({ name }) => name === typing)
  return (
    <Stack gap="lg">
      <Title order={2} size="h3">
        {words.chooseService}
      </Title>
      <div className={classes.cards}>
        {providers.map((provider) => (
          <ProviderCard
            key={provider.name}
            provider={provider}
            words={words}
            isBusy={state.isBusy}
            onConnect={() =>
              provider.signIn === "oauth"
                ? void store.connect({ signIn: "oauth", provider: provider.name, permission })
                : setTyping(provider.name)
            }
          />
        ))}
      </div>
      {typed === undefined ? null : (
        <PasswordForm provider={typed} permission={permission} store={store} state={state} words={words} />
      )}
      <Radio.Group
        label={words.permission}
        value={permission}
        onChange={(value) => setPermission(value === "read-write" ? "read-write" : "read")}
      >
        <div className={classes.choices}>
          <Radio value="read" label={words.read} description={words.readText} />
          <Radio value="read-write" label={words.readWrite} description={words.readWriteText} />
        </div>
      </Radio.Group>
    </Stack>
  )
}

function ProviderCard({
  provider,
  words,
  isBusy,
  onConnect,
}: {
  readonly provider: Provider
  readonly words: Messages
  readonly isBusy: boolean
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
        </div>
        <Button
          onClick={onConnect}
          disabled={!provider.isConfigured || isBusy}
          aria-label={`${words.connect}: ${provider.label}`}
        >
          {words.connect}
        </Button>
      </Stack>
    </Card>
  )
}

/** Server, user name and app password. */
export function PasswordForm({
  provider,
  permission,
  store,
  state,
  words,
}: ConnectProps & { readonly provider: Provider; readonly permission: Permission }) {
  const [server, setServer] = useState("")
  const [username, setUsername] = useState("")
  const [password, setPassword] = useState("")
  return (
    <Card withBorder padding="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void store.connect({ signIn: "password", provider: provider.name, permission, server, username, password })
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
