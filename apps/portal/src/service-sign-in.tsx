import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { problemText } from "./api-problem.ts"
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
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const submit = async () => {
    setIsBusy(true)
    setProblem(null)
    try {
      platform.go(await tenantApi.signIn({ provider, permission, account, hasDirectory, tenantConnectionId }))
    } catch (error) {
      setProblem(problemText(error, { problems: words.tenantProblems }))
      setIsBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
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
        <ProblemAlert problem={problem} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {text.go}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
