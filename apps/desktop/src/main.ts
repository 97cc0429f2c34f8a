import { type Client, openClient } from "@kalends/client/client"
import { ipcPlace, ownSurroundings } from "@kalends/client/platform/ipc-place"
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

const problemText = (error: unknown): string =>
  isProblem(error) ? (words.problems[error.code ?? ""] ?? error.message) : "The agent failed."

/** False where nobody signed in: the pipe ended, or the service refused what came from one. */
async function signIn(client: Client, terminal: Terminal): Promise<boolean> {
  for (;;) {
    const name = await terminal.ask(words.askName)
    if (name === null || name === "") return false
    if (name.includes("@")) {
      const password = (await terminal.ask(words.askPassword, true)) ?? ""
      terminal.say(words.signingIn)
      await client.signIn({ email: name, password, deviceName })
    } else await client.signInWithCode(name, deviceName)
    if (client.state.phase === "signed-in" && (await showSecondFactor(client, terminal))) break
    const { problem } = client.state
    if (problem !== null) terminal.say(words.problems[problem.code ?? ""] ?? problem.message)
    if (!terminal.isInteractive) return false
  }
  terminal.say(words.signedIn(client.state.user?.displayName ?? ""))
  return true
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
function serve(client: Client, terminal: Terminal): Promise<"signed-out"> {
  terminal.say(words.ready)
  return new Promise((resolve) => {
    const unsubscribe = client.subscribe(() => {
      if (client.state.phase !== "signed-out") return
      unsubscribe()
      resolve("signed-out")
    })
  })
}

async function run(terminal: Terminal): Promise<number> {
  const { protocol, hostname } = new URL(system.service)
  if (protocol !== "https:" && !(protocol === "http:" && isLoopbackName(hostname))) {
    terminal.say(words.setUrl)
    return 2
  }
  const client = openClient({ service: system.service, zone, reach: "native" })
  let tools = 0
  const surroundings = ownSurroundings()
  const server = await openIpcServer({
    ...{ place: ipcPlace(surroundings), uid: surroundings.uid, answer: createToolAnswers({ client }) },
    onTools: (count) => {
      tools = count
    },
  })
  const close = async () => {
    await server.close()
    await client.signOut()
  }
  system.onEnd(() => void close().finally(() => system.exit(0)))
  let code = 1
  while (await signIn(client, terminal)) {
    const why = terminal.isInteractive ? await show(client, terminal, () => tools) : await serve(client, terminal)
    code = why === "quit" ? 0 : 1
    if (why === "quit") break
    terminal.say(words.signedOut)
    if (!terminal.isInteractive) break
  }
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
