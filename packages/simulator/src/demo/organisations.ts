import type { Simulator } from "../simulator.ts"

const scopes = [
  ...["calendar.calendarlist.readonly", "calendar.events", "calendar.events.readonly"],
  ...["admin.directory.user.readonly", "admin.directory.resource.calendar.readonly"],
].map((name) => `https://www.googleapis.com/auth/${name}`)
const password = "simulated-service-password"

/** Lets the demo's organisations in as a whole: a service account at Exchange and at Google; Microsoft 365 asks for consent. */
export async function offerOrganisations(simulator: Simulator): Promise<void> {
  const { tenants, organisations, exchange, serviceAccounts, org, baseUrls } = simulator
  exchange.directory.addServiceAccount("svc-kalends", password, () => true)
  // What was connected at an earlier start stays connected, though every start makes another key.
  const account = await serviceAccounts.add("kalends", scopes, { takesAnyKey: true })
  simulator.applications.registration(tenants.microsoft).isConsented = true
  const [administrator] = org.signers("google")
  if (administrator === undefined) throw new Error("nobody is in the demo")
  serviceAccounts.administrators.add(administrator.email)
  organisations.push(
    {
      service: "Microsoft 365",
      text: `Consent first, in Kalends under Organisation; then method "this service's registration" with tenant ${tenants.microsoft.id}`,
      connect: { method: "registration", given: { tenant: tenants.microsoft.id } },
      file: null,
    },
    {
      service: "Google",
      connect: {
        method: "service-account",
        given: {
          ...{ keyFile: account.keyFile, domain: tenants.google.domain },
          ...{ mailbox: administrator.email, administrator: administrator.email },
        },
      },
      text: `Domain ${tenants.google.domain}, mailbox and administrator ${administrator.email}, and the key in this file:`,
      file: { name: "kalends-key.json", content: account.keyFile },
    },
    {
      service: "Exchange",
      connect: {
        method: "service-password",
        given: { server: baseUrls.exchange, username: "svc-kalends", password },
      },
      text: `Server ${baseUrls.exchange}, user name svc-kalends, password ${password}`,
      file: null,
    },
  )
}
