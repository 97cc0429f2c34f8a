import { isProblem, Problem } from "@kalends/domain/problem"
import { asked, type Office } from "./office.ts"
import { can } from "./requirements.ts"
import type { Proof, Service } from "./service.ts"

/** The ways to say who the person is, without asking them. */
export type Door = "nested-app" | "mailbox-server"

/**
 * In the order in which they are tried. Nested app authentication is for mailboxes that Microsoft runs; there the mailbox
 * server's own tokens are switched off for everybody (errors 9017, 9018 of getUserIdentityTokenAsync). On an Exchange
 * server of one's own it is the other way round.
 */
export function doorsOf(office: Office): readonly Door[] {
  const { userProfile, getUserIdentityTokenAsync } = office.context.mailbox
  // From set 1.6 on. Older Outlooks, which is what own servers often have, and phones do not say: both doors are tried.
  const { accountType = "unknown" } = userProfile
  const [isOurs, mayBeOurs] = [accountType === "enterprise", ["enterprise", "unknown"].includes(accountType)]
  return [
    ...(!isOurs && can(office, "single-sign-on") ? (["nested-app"] as const) : []),
    ...(mayBeOurs && getUserIdentityTokenAsync !== undefined ? (["mailbox-server"] as const) : []),
  ]
}

/** Gets a token from the account that Outlook itself is signed in with; `isQuiet`: no window may open. */
export type NestedApp = (isQuiet: boolean) => Promise<string>

export type SignInDeps = {
  readonly office: Office
  readonly service: Service
  readonly nestedApp: NestedApp
  /** A session that was opened with a code, kept in this Outlook alone. */
  readonly kept: { read(): string | null; write(token: string | null): void }
}

/**
 * Opens a session without asking the person, by the first door that opens; true once there is one. What fails is no more
 * than a door that stays closed: a code is left. Throws Problem "unavailable" where the service cannot be reached.
 */
export async function signInQuietly({ office, service, nestedApp, kept }: SignInDeps): Promise<boolean> {
  if (service.isOpen) return true
  for (const door of doorsOf(office)) {
    const proof = await proofOf(door, { office, nestedApp }).catch(() => null)
    if (proof !== null && (await opens(service, proof))) return true
  }
  service.use(kept.read())
  return service.isOpen
}

/**
 * For a person who has just pressed something: Outlook itself may ask them to choose an account, or to agree. False where it does
 * not know how, where they refuse, and where the service does not know them.
 */
export async function signInByHand({ office, service, nestedApp }: SignInDeps): Promise<boolean> {
  if (!doorsOf(office).includes("nested-app")) return false
  const token = await nestedApp(false).catch(() => null)
  return token !== null && opens(service, { kind: "entra", token })
}

async function opens(service: Service, proof: Proof): Promise<boolean> {
  try {
    await service.open(proof)
    return true
  } catch (error) {
    if (error instanceof Problem && error.code === "service-unreachable") throw error
    return false
  }
}

async function proofOf(door: Door, { office, nestedApp }: Pick<SignInDeps, "office" | "nestedApp">): Promise<Proof> {
  if (door === "nested-app") return { kind: "entra", token: await nestedApp(true) }
  const { mailbox } = office.context
  const token = await asked<string>((callback) => mailbox.getUserIdentityTokenAsync?.(callback))
  return { kind: "exchange", token }
}

/** Runs `work`; where the session turns out to be over, it is opened anew once. */
export async function withSession<Result>(deps: SignInDeps, work: () => Promise<Result>): Promise<Result> {
  if (!(await signInQuietly(deps))) throw signedOut()
  try {
    return await work()
  } catch (error) {
    if (!isProblem(error, "auth-expired")) throw error
    deps.service.use(null)
    if (deps.kept.read() !== null) deps.kept.write(null)
    if (!(await signInQuietly(deps))) throw signedOut()
    return work()
  }
}

const signedOut = () => new Problem("auth-expired", "You are signed out.", { code: "signed-out" })
