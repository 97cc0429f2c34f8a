/** See bootstrap.mjs, which has to run on a Node that does not know types. */
export const nodeVersion: string
export function nodePackageFor(platform: string, architecture: string): string | null
export function stampOf(lockfile: string | Uint8Array, node: string, platform: string): string
export function isInstalled(root: string, stamp: string): boolean
export function lockFolder(folder: string, waiting?: () => void): Promise<() => void>
