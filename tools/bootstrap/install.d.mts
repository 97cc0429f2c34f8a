/** See install.mjs, which has to run on a Node that does not know types. */
export const nodeVersion: string
export type Installed = { readonly stamp: string; readonly isEverything: boolean }
export type Plan = { readonly why: string; readonly isEverything: boolean; readonly command: readonly string[] }
export function nodePackageFor(platform: string, architecture: string): string | null
export function stampOf(lockfile: string | Uint8Array, node: string, platform: string): string
export function installedIn(root: string): Installed | null
export function planOf(state: {
  readonly installed: Installed | null
  readonly stamp: string
  readonly wantsEverything: boolean
  readonly isFolderThere: boolean
}): Plan | null
export function withAddresses(lockfile: string, registry: string): string
