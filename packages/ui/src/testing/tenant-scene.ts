import type { CheckupView, CheckView } from "@kalends/protocol/checkup"
import type { DirectoryView, RolloutView, StepsView, TenantMethodsView, TenantView } from "@kalends/protocol/tenants"

type Step = StepsView["steps"][number]

/** What the fake service answers about organisations; a test changes it at will. */
export type TenantScene = {
  methods: TenantMethodsView["providers"]
  tenants: readonly TenantView[]
  directory: DirectoryView["entries"]
  directoryPerPage: number
  /** False: the provider does not answer. */
  isDirectoryUp: boolean
  rollouts: readonly RolloutView[]
  steps: Readonly<Record<string, readonly Step[]>>
  /** How many steps are done between two questions. */
  stepsAtOnce: number
  /** Who cannot be connected or moved, by address. */
  failing: Readonly<Record<string, { readonly kind: string; readonly code: string }>>
  checks: readonly CheckView[]
  /** How the next call fails, once; null: it works. */
  problem: { readonly status: number; readonly kind: string; readonly code: string } | null
  /** What the last sign-in of a service account was begun with. */
  signingIn: Readonly<Record<string, unknown>> | null
  /** Mailboxes that the last check was asked to look at. */
  askedMailboxes: readonly string[]
}

const field = (name: "tenant" | "clientId", kind: "text" = "text") => ({ name, kind, isOptional: false }) as const

const typed = (name: string) => ({ name, isBySignIn: false }) as const

const methods: TenantScene["methods"] = [
  {
    provider: "graph",
    label: "Microsoft 365",
    hasDirectory: true,
    methods: [
      { ...typed("registration"), fields: [field("tenant")] },
      {
        ...typed("client-secret"),
        fields: [
          field("tenant"),
          field("clientId"),
          { name: "clientSecret", kind: "secret", isOptional: false },
          { name: "secretEndsOn", kind: "text", isOptional: true },
        ],
      },
      {
        ...typed("certificate"),
        fields: [
          field("tenant"),
          field("clientId"),
          { name: "certificate", kind: "long-text", isOptional: false },
          { name: "privateKey", kind: "long-secret", isOptional: false },
        ],
      },
      { name: "service-sign-in", isBySignIn: true, fields: [] },
    ],
  },
  {
    provider: "google",
    label: "Google",
    hasDirectory: true,
    methods: [
      {
        ...typed("service-account"),
        fields: [
          { name: "keyFile", kind: "long-secret", isOptional: false },
          { name: "domain", kind: "text", isOptional: false },
          { name: "administrator", kind: "text", isOptional: true },
        ],
      },
    ],
  },
  {
    provider: "ews",
    label: "Exchange Server",
    hasDirectory: true,
    methods: [
      {
        ...typed("service-password"),
        fields: [
          { name: "server", kind: "text", isOptional: false },
          { name: "username", kind: "text", isOptional: false },
          { name: "password", kind: "secret", isOptional: false },
          { name: "mailbox", kind: "text", isOptional: true },
        ],
      },
    ],
  },
]

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`

/** The first organisation that is connected. */
export const sampleTenantId = idOf(9001)

/** One organisation that is well, one whose secret ends soon, one that needs mending, with work that was done. */
export function calmTenants(now: Temporal.Instant): TenantScene {
  const ago = (minutes: number) => now.subtract({ minutes }).toString()
  const tenant: TenantView = {
    tenantConnectionId: sampleTenantId,
    provider: "graph",
    providerLabel: "Microsoft 365",
    method: "certificate",
    ...{ permission: "read-write", opens: "everybody" },
    tenantId: "contoso.example",
    identity: "4f1c7a62-6d0e-4d7b-8a9e-2b7f5c1d9e33",
    secretExpiresAt: now.add({ hours: 24 * 200 }).toString(),
    createdAt: ago(60 * 24 * 12),
    lastOkAt: ago(2),
    problem: null,
    ...{ connectionCount: 312, roomCount: 4 },
    hasDirectory: true,
  }
  return {
    methods,
    tenants: [
      tenant,
      {
        ...tenant,
        tenantConnectionId: idOf(9002),
        provider: "google",
        providerLabel: "Google",
        method: "service-account",
        tenantId: "fabrikam.example",
        identity: "kalends@fabrikam-calendars.iam.gserviceaccount.example",
        secretExpiresAt: now.add({ hours: 24 * 12 + 3 }).toString(),
        connectionCount: 1,
      },
      {
        ...tenant,
        tenantConnectionId: idOf(9003),
        provider: "ews",
        providerLabel: "Exchange Server",
        method: "service-password",
        permission: "read",
        tenantId: "mail.contoso.example",
        identity: "CONTOSO\\svc-kalends",
        secretExpiresAt: null,
        problem: { kind: "auth-revoked", code: "password-expired", at: ago(30) },
        connectionCount: 48,
      },
    ],
    directory: directoryOf(),
    directoryPerPage: 8,
    isDirectoryUp: true,
    ...workOf(now),
    stepsAtOnce: 60,
    failing: {},
    checks: checksOf(now),
    problem: null,
    signingIn: null,
    askedMailboxes: [],
  }
}

const names = [
  "Ada Lovelace",
  "Alan Turing",
  "Annie Jump Cannon",
  "Barbara Liskov",
  "Caroline Herschel",
  "Dorothy Vaughan",
  "Edsger Dijkstra",
  "Frances Allen",
  "Grace Hopper",
  "Hedy Lamarr",
  "山田 花子",
]

function directoryOf(): DirectoryView["entries"] {
  const people = names.map((displayName, at) => ({
    email: `${displayName === "山田 花子" ? "hanako" : displayName.toLowerCase().replaceAll(" ", ".")}@contoso.example`,
    displayName,
    kind: "person" as const,
    userId: at % 3 === 0 ? idOf(at + 1) : null,
    connectionState: at % 6 === 0 ? ("healthy" as const) : null,
    isByTenant: at === 0,
  }))
  const room = { email: "curie@contoso.example", displayName: "Room Curie, second floor", kind: "room" as const }
  return [...people, { ...room, userId: null, connectionState: null, isByTenant: false }]
}

function workOf(now: Temporal.Instant): Pick<TenantScene, "rollouts" | "steps"> {
  const at = (minutes: number) => now.subtract({ minutes }).toString()
  const rolloutId = idOf(9101)
  const steps = stepsOf(500).map((step, index): Step => {
    if (index === 7) return { ...step, state: "failed", problem: { kind: "forbidden", code: "mailbox-outside-scope" } }
    if (index === 8) return { ...step, state: "failed", problem: { kind: "forbidden", code: "mailbox-outside-scope" } }
    if (index === 9) return { ...step, state: "failed", problem: { kind: "not-found", code: "no-mailbox" } }
    if (index === 10) return { ...step, state: "skipped", problem: { kind: "conflict", code: "has-own" } }
    return { ...step, state: "done" }
  })
  const rollout: RolloutView = {
    rolloutId,
    kind: "connect",
    state: "done",
    tenantConnectionId: sampleTenantId,
    permission: "read-write",
    ...{ createdBy: "Ada Lovelace", createdAt: at(60 * 26) },
    touchedAt: at(60 * 25),
    endedAt: at(60 * 25),
    ...countsOf(steps),
    actions: ["retry"],
  }
  return { rollouts: [rollout], steps: { [rolloutId]: steps } }
}

/** People of a large organisation. */
export function stepsOf(count: number): readonly Step[] {
  return Array.from({ length: count }, (_, at) => {
    const name = names[at % names.length] ?? ""
    return {
      userId: idOf(20_000 + at),
      email: `person${at + 1}@contoso.example`,
      displayName: `${name} ${at + 1}`,
      state: "waiting",
      problem: null,
      triedAt: null,
      meetings: null,
    }
  })
}

/** What the service counts of steps. */
export function countsOf(steps: readonly Step[]): Pick<RolloutView, "counts" | "problems"> {
  const of = (state: Step["state"]) => steps.filter((step) => step.state === state).length
  const found = new Map<string, { kind: string; code: string | null; count: number }>()
  for (const { problem, state } of steps) {
    if (problem === null || state !== "failed") continue
    const key = `${problem.kind} ${problem.code}`
    found.set(key, { ...problem, count: (found.get(key)?.count ?? 0) + 1 })
  }
  return {
    counts: {
      waiting: of("waiting"),
      checked: of("checked"),
      done: of("done"),
      skipped: of("skipped"),
      failed: of("failed"),
      undone: of("undone"),
      all: steps.length,
    },
    problems: [...found.values()].toSorted((a, b) => b.count - a.count),
  }
}

function checksOf(now: Temporal.Instant): TenantScene["checks"] {
  const check = { subject: "tenant", mailbox: null, facts: {} } as const
  const box = (mailbox: string) => ({ subject: "mailbox", mailbox, facts: {} }) as const
  const endsOn = now
    .add({ hours: 24 * 12 })
    .toString()
    .slice(0, 10)
  return [
    { ...box("grace.hopper@contoso.example"), code: "mailbox-outside-scope", outcome: "wrong" },
    { ...box("curie@contoso.example"), code: "room-strips-subject", outcome: "wrong" },
    { ...box("herschel@contoso.example"), code: "room-strips-subject", outcome: "wrong" },
    { ...check, code: "conditional-access", outcome: "wrong", facts: { address: "198.51.100.7" } },
    { ...check, code: "registration-secret-ends-soon", outcome: "doubtful", facts: { endsOn } },
    { ...check, code: "role-too-broad", outcome: "doubtful", facts: { role: "Calendars.ReadWrite", seen: "two" } },
    { ...check, code: "subscription-missing", outcome: "not-checked", facts: { because: "conditional-access" } },
    { ...check, code: "subscription-cap", outcome: "not-checked" },
    { ...check, subject: "service", code: "clock-skew", outcome: "right" },
    { ...check, subject: "service", code: "webhook-not-https", outcome: "right" },
    { ...check, code: "consent-missing", outcome: "right" },
    { ...box("grace.hopper@contoso.example"), code: "mailbox-missing", outcome: "right" },
    { ...box("curie@contoso.example"), code: "mailbox-missing", outcome: "right" },
  ]
}

/** What a check answers. */
export function checkupOf(scene: TenantScene, now: Temporal.Instant): CheckupView {
  return { checkedAt: now.toString(), checks: [...scene.checks] }
}
