import "./platform/temporal.ts"
import { type Client, openClient } from "@kalends/client/client"
import { ipcPlace, ownSurroundings } from "@kalends/client/platform/ipc-place"
import { type PairedTool, pairTool } from "@kalends/client/tool-pairing"
import { isLoopbackName } from "@kalends/domain/loopback"
import { isProblem } from "@kalends/domain/problem"
import { chooseLanguage, chooseZone, localeOf } from "@kalends/ui/words"
import { createToolAnswers } from "./answer-tools.ts"
import { createDesk } from "./desk.ts"
import { messages } from "./messages.ts"
import { openIpcServer } from "./platform/ipc-server.ts"
import { system } from "./platform/system.ts"
import { openTerminal, type Terminal } from "./platform/terminal.ts"
import { showDesk } from "./show-desk.ts"

const language = chooseLanguage(system.languages)
const locale = localeOf(language, system.languages)
const zone = chooseZone(system.zone)
const words = messages[language]
const deviceName = "Desktop agent"
/** Longer than any code is good for. */
const pairingMs = 20 * 60_000

const problemText = (error: unknown): string =>
  isProblem(error) ? (words.problems[error.code ?? ""] ?? error.message) : "The agent failed."

/** Who is signed in: with the agenda, or for tools alone. Null: nobody, and nobody will. */
type Session = { readonly kind: "agenda" } | { readonly kind: "tools"; readonly paired: PairedTool }

/** Null where the pipe ended, or the service refused what came from one. */
async function signIn(client: Client, terminal: Terminal): Promise<Session | null> {
  for (;;) {
    const name = await terminal.ask(words.askName)
    if (name === null) return null
    const session = name === "" ? await pair(terminal) : await signInAs(name, client, terminal)
    if (session !== null || !terminal.isInteractive) return session
  }
}

async function signInAs(email: string, client: Client, terminal: Terminal): Promise<Session | null> {
  const password = (await terminal.ask(words.askPassword, true)) ?? ""
  terminal.say(words.signingIn)
  await client.signIn({ email, password, deviceName })
  if (client.state.phase === "signed-in" && (await showSecondFactor(client, terminal))) {
    terminal.say(words.signedIn(client.state.user?.displayName ?? ""))
    return { kind: "agenda" }
  }
  const { problem } = client.state
  if (problem !== null) terminal.say(words.problems[problem.code ?? ""] ?? problem.message)
  return null
}

/** For who has no password here: a code that they type in the portal. */
async function pair(terminal: Terminal): Promise<Session | null> {
  const { service } = system
  const onCode = (code: string) => terminal.say(words.showCode(code, service))
  try {
    const paired = await pairTool({ service, deviceName, onCode, signal: AbortSignal.timeout(pairingMs) })
    terminal.say(words.connected)
    return { kind: "tools", paired }
  } catch (error) {
    terminal.say(isProblem(error) ? problemText(error) : (words.problems.timeout ?? ""))
    return null
  }
}

async function showSecondFactor(client: Client, terminal: Terminal): Promise<boolean> {
  while (client.state.problem?.code === "second-factor-needed") {
    const code = await terminal.ask(words.askCode)
    if (code === null || code === "") return false
    await client.showSecondFactor(code).catch((error: unknown) => terminal.say(problemText(error)))
  }
  return true
}

function show(client: Client, terminal: Terminal, tools: () => number): Promise<"quit" | "signed-out"> {
  const desk = (quit: () => void) =>
    createDesk({ ...{ client, now: system.now, zone, words: { language, locale }, open: system.open }, quit })
  return showDesk({ client, terminal, desk, tools, every: system.every })
}

/** Without a screen: serves scheduling tools until the session is over or the process is ended. */
async function serve(client: Client, session: Session, terminal: Terminal): Promise<"signed-out"> {
  terminal.say(words.ready)
  if (session.kind === "tools") await session.paired.over
  else
    await new Promise<void>((resolve) => {
      const unsubscribe = client.subscribe(() => {
        if (client.state.phase !== "signed-out") return
        unsubscribe()
        resolve()
      })
    })
  return "signed-out"
}

async function run(terminal: Terminal): Promise<number> {
  const { protocol, hostname } = new URL(system.service)
  if (protocol !== "https:" && !(protocol === "http:" && isLoopbackName(hostname))) {
    terminal.say(words.setUrl)
    return 2
  }
  const client = openClient({ service: system.service, zone, reach: "native" })
  let session: Session | null = null
  let tools = 0
  const calls = () => (session === null ? null : session.kind === "tools" ? session.paired.tools : client.tools)
  const surroundings = ownSurroundings()
  const server = await openIpcServer({
    ...{ place: ipcPlace(surroundings), uid: surroundings.uid, answer: createToolAnswers({ calls }) },
    onTools: (count) => {
      tools = count
    },
  })
  const close = async () => {
    await server.close()
    await (session?.kind === "tools" ? session.paired.signOut() : client.signOut())
  }
  system.onEnd(() => void close().finally(() => system.exit(0)))
  for (;;) {
    session = await signIn(client, terminal)
    if (session === null) break
    const hasScreen = terminal.isInteractive && session.kind === "agenda"
    const why = hasScreen ? await show(client, terminal, () => tools) : await serve(client, session, terminal)
    if (why === "quit") break
    session = null
    terminal.say(words.signedOut)
    if (!terminal.isInteractive) break
  }
  const code = session === null ? 1 : 0
  await close()
  return code
}

/** `npm run desktop`: the exit code, 0 when somebody quit, 1 when nobody is signed in any more. */
export async function runDesktop(): Promise<number> {
  const terminal = openTerminal()
  try {
    return await run(terminal)
  } catch (error) {
    if (!isProblem(error)) throw error
    terminal.say(problemText(error))
    return 1
  }
}

if (import.meta.main) system.exit(await runDesktop())
