import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Card, Group, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { toolsApi } from "../api-tools.ts"
import type { Messages } from "../messages.ts"

/** Typing: the code. Asking: which tool it is, and whether it may. Done: it is connected. */
type Step =
  | { readonly kind: "typing" }
  | { readonly kind: "asking"; readonly name: string }
  | { readonly kind: "done"; readonly name: string }

/** The code that a tool shows is typed here; the person sees which tool it is before they agree. */
export function ConnectTool({ words }: { readonly words: Messages }) {
  const { connect } = words.tools
  const [code, setCode] = useState("")
  const [step, setStep] = useState<Step>({ kind: "typing" })
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const act = async (work: () => Promise<Step>) => {
    setIsBusy(true)
    setProblem(null)
    await work().then(setStep, (error: unknown) => {
      setProblem(problemText(error, words))
      setStep({ kind: "typing" })
    })
    setIsBusy(false)
  }
  const agree = (name: string) =>
    act(async () => {
      await toolsApi.connect(code)
      setCode("")
      return { kind: "done", name }
    })
  return (
    <Card withBorder component="section">
      <Title order={2} size="h3">
        {connect.title}
      </Title>
      {step.kind === "asking" ? (
        <Stack mt="sm" role="group" aria-label={connect.question(step.name)}>
          <Text fw={600}>{connect.question(step.name)}</Text>
          <Text>{connect.warning}</Text>
          <Group>
            <Button loading={isBusy} autoFocus onClick={() => void agree(step.name)}>
              {connect.agree}
            </Button>
            <Button variant="default" onClick={() => setStep({ kind: "typing" })}>
              {connect.refuse}
            </Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void act(async () => ({ kind: "asking", name: await toolsApi.look(code) }))
          }}
        >
          <Stack mt="sm">
            <Text>{connect.text}</Text>
            <TextInput
              label={connect.code}
              value={code}
              required
              maxLength={20}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              onChange={({ currentTarget }) => setCode(currentTarget.value)}
            />
            <ProblemAlert problem={problem} />
            <Text role="status">{step.kind === "done" ? `✓ ${connect.done(step.name)}` : ""}</Text>
            <Group>
              <Button type="submit" loading={isBusy} disabled={code.trim() === ""}>
                {connect.look}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Card>
  )
}
