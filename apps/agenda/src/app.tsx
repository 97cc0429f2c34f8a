import { type Client, openClient } from "@kalends/client/client"
import { PasswordWords } from "@kalends/ui/password-words"
import { showApp } from "@kalends/ui/shell"
import type { Language } from "@kalends/ui/words"
import { useEffect, useState, useSyncExternalStore } from "react"
import { AgendaScreen } from "./agenda-screen.tsx"
import type { Words } from "./messages.ts"
import { platform } from "./platform.ts"
import { SignIn } from "./sign-in.tsx"

const clockMs = 5_000

function AgendaApp({ client, words }: { readonly client: Client; readonly words: Words }) {
  const state = useSyncExternalStore(client.subscribe, () => client.state)
  const [now, setNow] = useState(platform.now)
  useEffect(() => platform.every(clockMs, () => setNow(platform.now())), [])
  // A state newer than the clock's last tick is shown with its own time, so that nothing is read "in the future".
  const shown = state.readAt !== null && Temporal.Instant.compare(state.readAt, now) > 0 ? state.readAt : now
  if (state.phase !== "signed-in") return <SignIn client={client} state={state} words={words} />
  return <AgendaScreen client={client} state={state} now={shown} zone={platform.zone} words={words} />
}

type Reader = { readonly language: Language; readonly words: Words }

/** Opens the client, signs in with a hand-off code if there is one, and shows the agenda. */
export function startApp({ language, words }: Reader): void {
  const client = openClient({ service: platform.origin, zone: platform.zone, reach: "browser" })
  platform.setPage(`${words.title} · Kalends`, language)
  const code = platform.takeCode()
  if (code !== null) void client.signInWithCode(code, platform.deviceName)
  const app = (
    <PasswordWords showPassword={words.showPassword}>
      <AgendaApp client={client} words={words} />
    </PasswordWords>
  )
  showApp(app, "nowhere")
}
