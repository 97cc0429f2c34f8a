import { createHash } from "node:crypto"
import { inspect } from "node:util"
import type { Access } from "@kalends/domain/access"
import type { Permission } from "@kalends/domain/permission"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, type TestContext, test } from "vitest"
import { problemOf } from "./drain.ts"
import { type Here, requireAbility } from "./suite.ts"
import type { OAuthWorld } from "./world.ts"

const signal = new AbortController().signal
const codeVerifier = "v".repeat(43)
const asked = {
  contacts: "none" as const,
  redirectUri: "http://localhost/oauth/callback",
  state: "state-0001",
  nonce: "nonce-0001",
  loginHint: null,
}

function authorizeUrl({ signIn }: OAuthWorld, permission: Permission): URL {
  return signIn.authorizeUrl({
    ...asked,
    permission,
    codeChallenge: createHash("sha256").update(codeVerifier).digest("base64url"),
  })
}

async function connect(world: OAuthWorld, permission: Permission) {
  const code = await world.consent(authorizeUrl(world, permission), "agree")
  return world.signIn.exchangeCode({ ...asked, code, codeVerifier, permission })
}

export function signInRules(here: Here): void {
  const oauth = (context: TestContext) =>
    requireAbility(
      context,
      here.world.signIn.kind === "oauth" ? here.world.signIn : null,
      "people sign in with a password here",
    )
  const password = (context: TestContext) =>
    requireAbility(
      context,
      here.world.signIn.kind === "password" ? here.world.signIn : null,
      "people sign in with OAuth here",
    )

  describe("sign-in", () => {
    test("a person who agrees is connected: the grant opens the calendars, and a refresh goes on doing so", async (context) => {
      const world = oauth(context)
      const { grant, subject } = await connect(world, "read-write")
      const refreshed = await world.signIn.refresh(grant.refreshToken ?? "", {
        permission: "read-write",
        contacts: "none",
      })
      expect([grant.permission, refreshed.permission, subject.id.length > 0]).toEqual([
        "read-write",
        "read-write",
        true,
      ])
      for (const { accessToken, accessExpiresAt } of [grant, refreshed])
        await expectOpen(here, { kind: "bearer", token: accessToken, expiresAt: accessExpiresAt })
    })

    test("least-scope: Read asks for nothing that writes, and the state and the challenge go along", (context) => {
      const world = oauth(context)
      const url = authorizeUrl(world, "read")
      const names = (url.searchParams.get("scope") ?? "").split(" ")
      expect(names.filter((name) => world.writeScopes.includes(name))).toEqual([])
      expect([
        url.searchParams.get("state"),
        url.searchParams.get("nonce"),
        url.searchParams.get("code_challenge_method"),
      ]).toEqual([asked.state, asked.nonce, "S256"])
      expect(url.href).not.toContain(codeVerifier)
    })

    test("least-scope: a calendar that is withheld is a withheld permission", async (context) => {
      const world = oauth(context)
      const code = await world.consent(authorizeUrl(world, "read"), "withhold")
      const problem = await problemOf(world.signIn.exchangeCode({ ...asked, code, codeVerifier, permission: "read" }))
      expect([problem.kind, problem.code]).toEqual(["forbidden", "permission-withheld"])
    })

    test("an answer made for another sign-in is refused: another nonce, another verifier, a code used twice", async (context) => {
      const world = oauth(context)
      const code = () => world.consent(authorizeUrl(world, "read"), "agree")
      const once = await code()
      const input = { ...asked, codeVerifier, permission: "read" } as const
      await world.signIn.exchangeCode({ ...input, code: once })
      const attempts = [
        { ...input, code: await code(), nonce: "another" },
        { ...input, code: await code(), codeVerifier: "w".repeat(43) },
        { ...input, code: once },
      ]
      for (const attempt of attempts)
        expect(await problemOf(world.signIn.exchangeCode(attempt))).toBeInstanceOf(Problem)
    })

    test("reauthorize: a withdrawn grant asks the person to sign in again, and signing in again works", async (context) => {
      const world = oauth(context)
      const revoke = requireAbility(context, here.world.faults.revokeGrant, "grants are never withdrawn here")
      const { grant } = await connect(world, "read")
      await revoke()
      expect(
        (await problemOf(world.signIn.refresh(grant.refreshToken ?? "", { permission: "read", contacts: "none" })))
          .kind,
      ).toBe("auth-revoked")
      const again = await connect(world, "read")
      expect(
        (await world.signIn.refresh(again.grant.refreshToken ?? "", { permission: "read", contacts: "none" }))
          .permission,
      ).toBe("read")
    })

    test("revoke: a grant that we give back is dead, or the provider is known not to take it back", async (context) => {
      const world = oauth(context)
      const { grant } = await connect(world, "read")
      const isRevoked = await world.signIn.revoke(grant.refreshToken ?? "")
      if (isRevoked)
        expect(
          (await problemOf(world.signIn.refresh(grant.refreshToken ?? "", { permission: "read", contacts: "none" })))
            .kind,
        ).toBe("auth-revoked")
    })

    test("a password that is right finds the calendars, and a wrong one is told as such", async (context) => {
      const { signIn, server, username, password: right } = password(context)
      const { access } = await signIn.discover({ server, username, password: right })
      await expectOpen(here, access)
      expect((await problemOf(signIn.discover({ server, username, password: `${right}-wrong` }))).kind).toBe(
        "auth-revoked",
      )
    })

    test("secrets-unlogged: no problem shows the credential, however it is printed", async () => {
      const token = "canary-token-4711"
      const wrong: Access =
        here.world.signIn.kind === "oauth"
          ? { kind: "bearer", token, expiresAt: here.world.now() }
          : {
              kind: "password",
              server: here.world.signIn.server,
              username: here.world.signIn.username,
              password: token,
            }
      const problem = await problemOf(here.world.provider.listCalendars(wrong, signal))
      expect(["auth-expired", "auth-revoked"]).toContain(problem.kind)
      expect(
        `${inspect(problem, { depth: 10, showHidden: true })} ${JSON.stringify(problem)} ${problem.stack}`,
      ).not.toContain(token)
    })
  })
}

async function expectOpen(here: Here, access: Access): Promise<void> {
  const calendars = await here.world.provider.listCalendars(access, signal)
  expect(calendars.map(({ id }) => id)).toContain(here.world.calendarId)
}
