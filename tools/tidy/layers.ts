/**
 * The import table: which code may import which, as data. A layer is where a file belongs; `*` stands for the file's
 * own folder name, so that `providers/*` may import `readers/*` but never another provider's reader.
 */
export type Layer = {
  readonly name: string
  /** Path from the root, without its ending. The first group, where there is one, is the folder name that `*` stands for. */
  readonly path: RegExp
  /** Layers that may be imported besides the own one. `*` at the end alone means: any folder of that kind. */
  readonly imports: readonly string[]
  /** Runs in browsers too or is pure, so nothing of Node may be imported. */
  readonly isWithoutNode?: boolean
}

const features = [
  "vault",
  "broker",
  "connections",
  "subscriptions",
  "sync",
  "notifier",
  "meetings",
  "policy",
  "audit",
  "rooms",
  "bookings",
  "people",
  "figures",
  "tenants",
  "displays",
  "displays",
]

/** Feature to feature, besides none at all. */
const featureEdges: Readonly<Record<string, readonly string[]>> = {
  broker: ["vault"],
  sync: ["meetings"],
  tenants: ["connections"],
  rooms: ["connections"],
}

const server = "packages/server/src"
const adapters = (kind: string, own: readonly string[]): Layer => ({
  name: `${kind}/*`,
  path: new RegExp(`^${server}/${kind}/([a-z0-9-]+)/`),
  imports: ["ports", "domain", "readers", `${kind}`, ...own],
})

/** In the order in which a path is looked up; the first that fits counts. */
export const layers: readonly Layer[] = [
  { name: "domain", path: /^packages\/domain\//, imports: [], isWithoutNode: true },
  { name: "protocol", path: /^packages\/protocol\//, imports: ["domain"], isWithoutNode: true },
  {
    name: "readers/*",
    path: /^packages\/readers\/src\/([a-z0-9-]+)\//,
    imports: ["domain", "readers"],
    isWithoutNode: true,
  },
  {
    name: "readers registry",
    path: /^packages\/readers\/src\/registry$/,
    imports: ["domain", "readers", "readers/any"],
    isWithoutNode: true,
  },
  { name: "readers", path: /^packages\/readers\//, imports: ["domain"], isWithoutNode: true },
  { name: "client platform", path: /^packages\/client\/src\/platform/, imports: ["domain", "protocol"] },
  {
    name: "client",
    path: /^packages\/client\//,
    imports: ["protocol", "domain", "readers", "readers registry", "readers/any", "client platform"],
    isWithoutNode: true,
  },
  { name: "ui", path: /^packages\/ui\//, imports: ["client", "protocol", "domain"], isWithoutNode: true },
  { name: "simulator", path: /^packages\/simulator\//, imports: [] },
  {
    name: "program *",
    path: /^apps\/(desktop|outlook-plugin)\//,
    imports: ["client", "client platform", "ui", "protocol", "domain"],
  },
  { name: "app *", path: /^apps\/([a-z0-9-]+)\//, imports: ["client", "ui", "protocol", "domain"] },
  { name: "ports", path: new RegExp(`^${server}/ports/`), imports: ["domain", "readers"] },
  {
    name: "providers registry",
    path: new RegExp(`^${server}/(?:providers|devices|meeting-backends)/registry$`),
    imports: [
      "config",
      "ports",
      "domain",
      "readers",
      "providers",
      "devices",
      "meeting-backends",
      "providers/any",
      "devices/any",
      "meeting-backends/any",
    ],
  },
  adapters("providers", ["readers/*"]),
  adapters("devices", []),
  adapters("meeting-backends", []),
  ...["providers", "devices", "meeting-backends"].map(
    (kind): Layer => ({ name: kind, path: new RegExp(`^${server}/${kind}/`), imports: ["ports", "domain", "readers"] }),
  ),
  {
    name: "custodians registry",
    path: new RegExp(`^${server}/vault/custodians/registry$`),
    imports: ["config", "ports", "domain", "vault", "custodians", "custodians/any"],
  },
  {
    name: "custodians/*",
    path: new RegExp(`^${server}/vault/custodians/([a-z0-9-]+)/`),
    imports: ["ports", "domain", "readers", "vault", "custodians"],
  },
  { name: "custodians", path: new RegExp(`^${server}/vault/custodians/`), imports: ["ports", "domain"] },
  { name: "postgres", path: new RegExp(`^${server}/postgres/`), imports: ["ports", "domain"] },
  { name: "platform", path: new RegExp(`^${server}/platform/`), imports: ["ports", "domain"] },
  // What a feature answers is written in the protocol's types, so that no second set of the same shapes exists.
  ...features.map(
    (name): Layer => ({
      name,
      path: new RegExp(`^${server}/${name}/`),
      imports: ["ports", "domain", "protocol", ...(featureEdges[name] ?? [])],
    }),
  ),
  { name: "http", path: new RegExp(`^${server}/http/`), imports: [...features, "protocol", "ports", "domain"] },
  { name: "jobs", path: new RegExp(`^${server}/jobs/`), imports: [...features, "protocol", "ports", "domain"] },
  { name: "config", path: new RegExp(`^${server}/config(?:-[a-z]+)?$`), imports: ["domain"] },
  { name: "wire", path: new RegExp(`^${server}/(?:wire|main)(?:[./-]|$)`), imports: ["everything"] },
  { name: "tools", path: /^(tools|e2e|bench)\/|^[^/]+$|\/bench\//, imports: ["everything"] },
]

/** Where a file belongs: its layer and the name that `*` stands for; null where the table has no place for it. */
export function placeOf(path: string): { readonly layer: Layer; readonly folder: string } | null {
  const bare = path.replace(/\.tsx?$/, "")
  for (const layer of layers) {
    const match = layer.path.exec(bare)
    if (match !== null) return { layer, folder: match[1] ?? "" }
  }
  return null
}

/** True where the table allows code at `from` to import code at `to`; null where either has no place in it. */
export function mayImport(from: string, to: string): boolean | null {
  const source = placeOf(from)
  const target = placeOf(to)
  if (source === null || target === null) return null
  const isSameKind = source.layer.name === target.layer.name
  if (isSameKind && source.folder === target.folder) return true
  return source.layer.imports.some((allowed) => {
    if (allowed === "everything") return true
    const [kind] = target.layer.name.split("/")
    if (allowed === target.layer.name) return !target.layer.name.endsWith("*") || source.folder === target.folder
    return target.layer.name.endsWith("*") && allowed === `${kind}/any`
  })
}
