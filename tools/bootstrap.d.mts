/** See bootstrap.mjs, which has to run on a Node that does not know types. */
export { nodeVersion, stampOf } from "./bootstrap/install.mjs"
/** What there is to do, and what it needs installed. */
export const verbs: Readonly<Record<string, "run" | "everything">>
export function lockFolder(folder: string, waiting?: () => void): Promise<() => void>
