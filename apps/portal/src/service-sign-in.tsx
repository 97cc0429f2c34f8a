import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { troubleText } from "./api-problem.ts"
import { tenantApi } from "./api-tenants.ts"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"

type SignInProps = {
  readonly words: Messages
  readonly provider: string
  readonly permission: "read" | "read-write"
  /** Whose account signs in anew; null for a new connection. */
  readonly tenantConnectionId: string | null
  /** As it signed in before; empty for a new connection. */
  readonly account: string
}

/** Sends the browser to the provider's own sign-in page, which sends it back to this portal. */
export function ServiceSignIn({ words, provider, permission, tenantConnectionId, account: known }: SignInProps) {
  const text = words.serviceSignIn
  const [account, setAccount] = useState(known)
  const [hasDirectory, setHasDirectory] = useState(true)
  const { isBusy, error, onSubmit } = useSending(async () =>
    platform.go(await tenantApi.signIn({ provider, permission, account, hasDirectory, tenantConnectionId })),
  )
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        <TextInput
          required
          type="email"
          autoComplete="off"
          label={text.account}
          description={text.accountHint}
          maxLength={254}
          value={account}
          onChange={({ currentTarget }) => setAccount(currentTarget.value)}
        />
        <Checkbox
          label={text.directory}
          description={text.directoryHint}
          checked={hasDirectory}
          onChange={({ currentTarget }) => setHasDirectory(currentTarget.checked)}
        />
        <Text c="dimmed" size="sm" className={classes.prose}>
          {text.asked}
        </Text>
        <ProblemAlert problem={troubleText(error, { problems: words.tenantProblems })} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {text.go}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
