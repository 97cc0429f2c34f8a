import type { Finding, Rule } from "./tree.ts"

const wellKnown =
  /^(README|ARCHITECTURE|CHANGELOG|CONTRIBUTING|SECURITY|GOTCHAS)\.md$|^(LICENSE|NOTICE|Dockerfile|Makefile)$|^\./
const kebab = /^[a-z0-9]+([.-][a-z0-9]+)*$/

/** Files and folders are named in kebab-case. */
export const kebabNames: Rule = {
  name: "kebab-names",
  reason: "One way to write a name: kebab-case works alike on every file system and in every address.",
  find: (tree) =>
    tree.paths
      .filter((path) => !/(^|\/)fixtures\//.test(path))
      .flatMap((path) => {
        const bad = path.split("/").find((part) => !kebab.test(part) && !wellKnown.test(part))
        return bad === undefined ? [] : [{ path, line: 1, text: `"${bad}" is not kebab-case` }]
      }),
}

/** No download addresses in the lock file. */
export const lockAddresses: Rule = {
  name: "lock-addresses",
  reason:
    "A lock file with addresses ties everybody to one machine's registry; the hashes in it are what matters (.npmrc: omit-lockfile-registry-resolved).",
  find: (tree) =>
    linesWith(tree.text("package-lock.json") ?? "", /"resolved":\s*"(https?|git|ssh|file):/)
      .slice(0, 3)
      .map((line) => ({ path: "package-lock.json", line, text: "has a download address" })),
}

const privatePlaces: readonly { readonly pattern: RegExp; readonly text: string }[] = [
  {
    pattern:
      /\bregistry\.(?!npmjs\.org\/-\/npm)[a-z0-9-]+(\.[a-z0-9-]+)*\.?(com|org|net|io|dev|cloud|internal|local|lan)\b/i,
    text: "names a package registry",
  },
  { pattern: /\b(artifactory|verdaccio)[a-z0-9.-]*[/:]/i, text: "names a package registry" },
  { pattern: /(^|[\s"'`(=:])(file:\/\/)?\/(home|Users)\/[a-z][\w.-]*\//, text: "has a path of somebody's home folder" },
  {
    pattern: /(^|[\s"'`(=:])(file:\/\/)?\/(work|workspace|root)\/[\w.-]+/,
    text: "has an absolute path of one machine",
  },
  { pattern: /[A-Z]:\\Users\\/, text: "has a path of somebody's home folder" },
]

/** Nothing in the repository depends on, or tells about, the machine it was written on. */
export const machinePlaces: Rule = {
  name: "machine-places",
  reason: "The repository works anywhere: no registry hosts, no paths of the machine it was written on.",
  find: (tree) =>
    tree.paths
      .filter((path) => path !== "package-lock.json" && path !== "LICENSE" && !path.startsWith("tools/tidy/"))
      .flatMap((path) =>
        privatePlaces.flatMap(({ pattern, text }) =>
          linesWith(tree.text(path) ?? "", pattern).map((line): Finding => ({ path, line, text })),
        ),
      ),
}

function linesWith(text: string, pattern: RegExp): readonly number[] {
  if (!new RegExp(pattern.source, `${pattern.flags}m`).test(text)) return []
  return text.split("\n").flatMap((line, index) => (pattern.test(line) ? [index + 1] : []))
}
