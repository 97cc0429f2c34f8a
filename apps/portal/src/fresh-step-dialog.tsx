import type { OwnSignInView } from "@kalends/protocol/sign-in"
import { Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Stack, Text } from "@mantine/core"
import { useEffect, useState, useSyncExternalStore } from "react"
import { problemText } from "./api-problem.ts"
import { signInApi } from "./api-sign-in.ts"
import { CodeForm } from "./code-form.tsx"
import { freshStep } from "./fresh-step.ts"
import type { Messages } from "./messages.ts"
import { PasskeyOr } from "./second-step.tsx"

/** Asks for the second step wherever a call wants it fresh; then that call is made again. */
export function FreshStepDialog({ words }: { readonly words: Messages }) {
  const isAsked = useSyncExternalStore(freshStep.subscribe, () => freshStep.isAsked)
  const { signInPage } = words
  return (
    <Dialog isOpen={isAsked} isUppermost close={freshStep.leave} title={signInPage.again} closeLabel={words.cancel}>
      <Ask words={words} />
    </Dialog>
  )
}

function Ask({ words }: { readonly words: Messages }) {
  const { signInPage } = words
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [view, setView] = useState<OwnSignInView | null>(null)
  // Whether there is a passkey to show; where that cannot be known, the code is left.
  useEffect(() => void signInApi.ownSignIn().then(setView, () => setView(null)), [])
  const show = async (shown: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true)
    setError(null)
    const isRight = await shown().then(
      () => true,
      (problem: unknown) => {
        setError(problem)
        return false
      },
    )
    setBusy(false)
    if (isRight) freshStep.shown()
    return isRight
  }
  return (
    <Stack>
      <Text>{signInPage.againText}</Text>
      <ProblemAlert
        problem={
          error === null ? null : problemText(error, { problems: { ...words.problems, ...signInPage.problems } })
        }
      />
      <PasskeyOr words={words} view={view} isBusy={isBusy} show={() => show(signInApi.showPasskey)} />
      <CodeForm
        words={words}
        label={signInPage.continue}
        hint={signInPage.codeHint}
        isBusy={isBusy}
        give={(code) => show(() => signInApi.giveCode(code))}
        leave={freshStep.leave}
      />
    </Stack>
  )
}
