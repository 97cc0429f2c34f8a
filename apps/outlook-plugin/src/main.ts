import { openIpcLink } from "@kalends/client/platform/ipc-link"
import { ipcPlace, ownSurroundings } from "@kalends/client/platform/ipc-place"
import { isProblem } from "@kalends/domain/problem"
import { productVersion } from "@kalends/domain/product-version"
import { chooseLanguage } from "@kalends/ui/words"
import { createAgentDoor } from "./agent-door.ts"
import { readFileItem } from "./file-item.ts"
import { createHostLines } from "./host-lines.ts"
import { messages } from "./messages.ts"
import { system } from "./platform/system.ts"
import { createPlugin, type Plugin } from "./plugin.ts"

const usage = `main.ts serve | settings | add FILE | saved FILE | deleted FILE

serve takes the lines of the shell in Outlook and answers them. The others are for trying without Outlook: FILE is an
appointment as JSON with subject, start, zone, isAllDay and recurrence ("none", "series", "occurrence"); location, body and
marks are written back into it. Meetings are made by the desktop agent (npm run desktop), and by nothing else.`

const language = chooseLanguage(system.languages)

const agent = createAgentDoor(() => {
  const surroundings = ownSurroundings()
  const tool = { name: "Outlook plugin", version: productVersion }
  return openIpcLink({ place: ipcPlace(surroundings), uid: surroundings.uid, tool })
})

/** The exit code: 0 well, 1 a problem that was told, 2 not understood. */
async function runFile(plugin: Plugin, event: "add" | "saved" | "deleted", path: string): Promise<number> {
  let code = 0
  const item = readFileItem({
    read: () => system.readText(path),
    write: (text) => system.writeText(path, text),
    say(text, isWrong) {
      code = isWrong ? 1 : code
      system.out(text)
    },
  })
  if (item === null) {
    system.complain(`${path} is no appointment.`)
    return 2
  }
  await plugin[event](item)
  return code
}

async function showSettings(): Promise<number> {
  try {
    const answer = await agent.ask({ action: "settings" })
    if (answer.kind === "settings") system.out(JSON.stringify(answer.settings, null, 2))
    return 0
  } catch (error) {
    if (!isProblem(error)) throw error
    system.out(messages[language].problems[error.code ?? ""] ?? error.message)
    return 1
  }
}

async function serve(plugin: Plugin): Promise<number> {
  const receive = createHostLines(plugin, (line) => system.out(JSON.stringify(line)))
  const open = new Set<Promise<void>>()
  for await (const line of system.lines()) {
    const turn = receive(line).finally(() => open.delete(turn))
    open.add(turn)
  }
  await Promise.allSettled(open)
  return 0
}

async function run([verb, path, ...rest]: readonly string[]): Promise<number> {
  const plugin = createPlugin({ agent, language, newKey: system.newKey })
  try {
    if (rest.length === 0 && path === undefined) {
      if (verb === "serve") return await serve(plugin)
      if (verb === "settings") return await showSettings()
    }
    if (rest.length === 0 && path !== undefined && (verb === "add" || verb === "saved" || verb === "deleted"))
      return await runFile(plugin, verb, path)
    system.complain(usage)
    return 2
  } finally {
    agent.close()
  }
}

if (import.meta.main) system.endWith(await run(system.arguments))
