import type { ConnectionState } from "@kalends/domain/connection"
import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"

/** How a problem was met. */
export type Met = {
  /** False for what may pass by itself in a moment. */
  readonly isLasting: boolean
  /**
   * Version of the credential that met it. When the credential has changed since (refreshed, or the user reconnected),
   * the problem says nothing about the grant there is now. Null when the caller never held one: the broker has judged
   * the grant already, and only silence counts.
   */
  readonly credentialVersion: number | null
}

/** Moves a connection from one state to another; see connections/life.ts, the only place that does. */
export interface ConnectionLife {
  /** The provider answered well. */
  isWell(accountId: AccountId, connectionId: ConnectionId): Promise<void>
  /** The provider or its grant is in trouble. Passing trouble makes it "unreachable" only when it is lasting. */
  isTroubled(accountId: AccountId, connectionId: ConnectionId, problem: Problem, met: Met): Promise<void>
}

/** The state that a problem puts a connection in; null when the problem says nothing about the connection. */
export function stateAfter(problem: Problem, isLasting: boolean): ConnectionState | null {
  // The keys are out of reach, and not the provider.
  if (problem.code?.startsWith("custody-")) return null
  // Our own refusal, for as long as the person is suspended.
  if (problem.code === "person-suspended") return null
  switch (problem.kind) {
    case "auth-revoked":
      return problem.isTenantWide ? "disabled" : "needs-reauth"
    case "forbidden":
      return problem.isTenantWide ? "disabled" : "needs-consent"
    case "unavailable":
    case "rate-limited":
      return isLasting ? "unreachable" : null
    case "auth-expired":
      // A freshly refreshed token was refused: the grant no longer opens this mailbox.
      return isLasting ? "needs-reauth" : null
    case "not-found":
    case "conflict":
    case "cursor-lost":
    case "malformed":
    case "unsupported":
    case "misconfigured":
      return null
  }
}
