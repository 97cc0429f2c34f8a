import { cp, mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { inject } from "vitest"

const web = ["portal", "agenda", "rooms"]

/** Apps as they are built, the web apps unless others are named, in a folder of the caller's own, laid out as the service expects them. */
export async function buildApps(names: readonly string[] = web): Promise<string> {
  const { url, folder } = inject("appBuilder")
  await Promise.all(
    names.map(async (name) => {
      const answer = await fetch(`${url}/${name}`)
      if (!answer.ok) throw new Error(await answer.text())
    }),
  )
  const own = await mkdtemp(join(folder, "apps-"))
  for (const name of names) await cp(join(folder, name), join(own, name), { recursive: true })
  return own
}
