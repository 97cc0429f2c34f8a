/**
 * `npm run google-addon -- --service https://calendar.example.org --logo https://lh3.googleusercontent.com/your-icon [--name Kalends]`
 * builds the Google Workspace add-on for one deployment into apps/google-addon/dist: one script, its manifest and what clasp
 * needs to send them to Google. docs/scheduling-tools.md has the steps.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { build } from "vite"
import { globalFunctions } from "../apps/google-addon/src/global-functions.ts"
import { type Deployment, manifestOf, parseServiceUrl } from "../apps/google-addon/src/platform/manifest.ts"
import { argumentAfter, rootFolder, say } from "./platform.ts"

const app = join(rootFolder, "apps/google-addon")
/** As people press it, and one that adds meetings to saved events by itself, which takes a scope more. */
const forms = ["by-hand", "by-itself"] as const
const services = [
  ...["UrlFetchApp", "PropertiesService", "Utilities", "Session", "ScriptApp", "Calendar"],
  ...["ConferenceDataService", "CardService"],
]

/** What clasp sends to Google; whatever else somebody puts beside it stays at home. */
const pushed = "**/**\n!appsscript.json\n!Code.js\n"

/** Builds into a folder: Code.js, appsscript.json, .clasp.json (a template: the script's id is the organisation's own). */
export async function buildGoogleAddon(deployment: Deployment, outDir: string): Promise<void> {
  const built = { outDir, emptyOutDir: true }
  await build({ configFile: join(app, "vite.config.ts"), logLevel: "silent", build: built })
  const code = await readFile(join(outDir, "Code.js"), "utf8")
  await mkdir(outDir, { recursive: true })
  await writeFile(join(outDir, "Code.js"), `${code}\n${globals(deployment)}`)
  await writeFile(join(outDir, "appsscript.json"), `${JSON.stringify(manifestOf(deployment), null, 2)}\n`)
  const clasp = { scriptId: "PUT-THE-ID-OF-YOUR-SCRIPT-HERE", rootDir: "." }
  await writeFile(join(outDir, ".clasp.json"), `${JSON.stringify(clasp, null, 2)}\n`)
  await writeFile(join(outDir, ".claspignore"), pushed)
}

/** One global function for each that Google calls: it looks for functions that are declared, and for nothing else. */
function globals({ serviceUrl, addsByItself }: Deployment): string {
  const names = Object.values(globalFunctions)
  const functions = names.map((name) => `function ${name}(event) { return kalendsFunctions().${name}(event || {}) }`)
  const begin = `kalendsAddon.createFunctions({ ${services.join(", ")} }, ${JSON.stringify(serviceUrl)}, ${addsByItself})`
  return `function kalendsFunctions() { return ${begin} }\n${functions.join("\n")}\n`
}

if (import.meta.main) {
  const [service, logoUrl] = [argumentAfter("--service"), argumentAfter("--logo")]
  if (service === null || logoUrl === null) {
    say(
      "Usage: npm run google-addon -- --service https://calendar.example.org --logo https://lh3.googleusercontent.com/your-icon",
    )
    process.exitCode = 1
  } else {
    const deployment = { serviceUrl: parseServiceUrl(service), name: argumentAfter("--name") ?? "Kalends", logoUrl }
    for (const form of forms)
      await buildGoogleAddon({ ...deployment, addsByItself: form === "by-itself" }, join(app, "dist", form))
    say(
      `The add-on for ${deployment.serviceUrl} is in apps/google-addon/dist, in ${forms.length} forms. docs/scheduling-tools.md says how to go on.`,
    )
  }
}
