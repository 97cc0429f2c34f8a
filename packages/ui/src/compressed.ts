import type { Plugin } from "vite"

/** For builds: each script and style is there a second time as gzip, which the service sends as it is. */
export function compressed(): Plugin {
  return {
    name: "compressed",
    generateBundle: {
      order: "post",
      async handler(_options, bundle) {
        for (const file of Object.values(bundle).filter(({ fileName }) => /\.(js|css)$/.test(fileName))) {
          const text = new Blob([file.type === "chunk" ? file.code : Uint8Array.from(bytesOf(file.source))])
          const packed = await new Response(text.stream().pipeThrough(new CompressionStream("gzip"))).bytes()
          this.emitFile({ type: "asset", fileName: `${file.fileName}.gz`, source: packed })
        }
      },
    },
  }
}

const bytesOf = (source: string | Uint8Array) =>
  typeof source === "string" ? new TextEncoder().encode(source) : source
