import { createHash } from "node:crypto"
import { join } from "node:path"
import { Problem } from "@kalends/domain/problem"
import { type ToolDownloads, toolDownloadsSchema } from "@kalends/protocol/tools"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { ToolDoors } from "../people/tool-doors.ts"
import { builtBytes, zipped } from "./downloads/built-bytes.ts"
import type { ToolFile, ToolOffer } from "./downloads/registry.ts"
import { blank, filledIn } from "./outlook-pages.ts"
import type { RequireUser } from "./session-guard.ts"

export type ToolDownloadDeps = {
  readonly offers: readonly ToolOffer[]
  /** Folder of the apps; null where no pages are served. */
  readonly folder: string | null
  readonly publicUrl: string
  readonly doors: Pick<ToolDoors, "list">
  readonly requireUser: RequireUser
}

const idInManifest = /<Id>([0-9a-f-]{36})<\/Id>/i
const one = z.object({ tool: z.string().max(60), file: z.string().max(120) })

/** What the tools' apps have built, for whoever is signed in; what is not listed is not there, whatever is asked for. */
export async function toolDownloadRoutes(plain: FastifyInstance, deps: ToolDownloadDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.get(
    "/v1/tools/downloads",
    { config: { needs: "own" }, schema: { response: { 200: toolDownloadsSchema } } },
    async (request) => {
      await deps.requireUser(request)
      return { serviceUrl: deps.publicUrl, tools: await Promise.all(deps.offers.map((offer) => offered(deps, offer))) }
    },
  )
  app.get(
    "/v1/tools/downloads/:tool/:file",
    { config: { needs: "own" }, schema: { params: one } },
    async (request, reply) => {
      await deps.requireUser(request)
      const { tool, file: name } = request.params
      const file = deps.offers.find((offer) => offer.name === tool)?.files.find((known) => known.name === name)
      const bytes = file === undefined ? null : await bytesOf(deps, file)
      if (file === undefined || bytes === null)
        throw new Problem("not-found", "This file is not built on this service.", { code: "no-download" })
      return reply
        .header("content-disposition", `attachment; filename="${file.name}"`)
        .type(file.type)
        .send(Buffer.from(bytes))
    },
  )
}

type OfferedTool = ToolDownloads["tools"][number]

async function offered(deps: ToolDownloadDeps, { name, door, files }: ToolOffer): Promise<OfferedTool> {
  const built = await Promise.all(files.map(async (file) => ({ file, bytes: await bytesOf(deps, file) })))
  return {
    name,
    applicationIds: deps.doors.list.find((one) => one.door === door)?.clientIds ?? [],
    files: built.flatMap(({ file, bytes }) =>
      bytes === null ? [] : [{ name: file.name, ...described(file, bytes), sizeBytes: bytes.length }],
    ),
  }
}

function described({ isForDeployment = false }: ToolFile, bytes: Uint8Array) {
  const found = isForDeployment ? idInManifest.exec(new TextDecoder().decode(bytes)) : null
  return {
    sha256: createHash("sha256").update(bytes).digest("hex"),
    manifestId: found?.[1]?.toLowerCase() ?? null,
  }
}

/** The file as it is handed out; null where it is not built, or too large to be one of ours. */
async function bytesOf({ folder, publicUrl }: ToolDownloadDeps, file: ToolFile): Promise<Uint8Array | null> {
  if (folder === null) return null
  const found = await builtBytes(join(folder, file.path))
  if (found === null) return null
  // What names no address is handed out as it is: pictures are no text.
  const handOut = (bytes: Uint8Array) =>
    file.isForDeployment === true && Buffer.from(bytes).includes(blank.host)
      ? Buffer.from(filledIn(Buffer.from(bytes).toString("utf8"), publicUrl))
      : bytes
  return found instanceof Uint8Array
    ? handOut(found)
    : zipped(new Map([...found].map(([name, bytes]) => [name, handOut(bytes)])))
}
