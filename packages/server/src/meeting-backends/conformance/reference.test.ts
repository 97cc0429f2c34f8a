import { createMemoryBackend } from "../../testing/memory-backend.ts"
import { createBuiltinBackend } from "../builtin/index.ts"
import { describeBackend } from "./suite.ts"

describeBackend("the reference in memory", async () => {
  const { backend, kept, edit } = createMemoryBackend()
  return {
    backend,
    countOf: () => kept.size,
    rename: (backendId, topic) => void edit(backendId, { topic }),
    remove: (backendId) => void backend.end(backendId),
    noteOf: (backendId) => kept.get(backendId)?.note ?? null,
    close: async () => {},
  }
})

describeBackend("the built-in one", async () => ({
  backend: createBuiltinBackend({ template: "https://meet.jit.si/{code}", secret: new Uint8Array(32).fill(7) }),
  countOf: null,
  rename: null,
  remove: null,
  noteOf: null,
  close: async () => {},
}))
