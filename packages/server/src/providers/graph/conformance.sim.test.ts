import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll } from "vitest"
import { simulatedWorld } from "../../testing/simulated-world.ts"
import { describeProvider } from "../conformance/suite.ts"
import { createGraphProvider } from "./index.ts"

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

for (const isShared of [false, true])
  describeProvider(isShared ? "Microsoft 365, of a mailbox that is shared" : "Microsoft 365", () => {
    const { baseUrls, clients } = simulator
    const settings = {
      clientId: clients.microsoft.id,
      clientSecret: clients.microsoft.secret,
      tenant: "common",
      loginUrl: baseUrls.microsoftLogin,
      apiUrl: baseUrls.microsoftApi,
    }
    return simulatedWorld({
      simulator,
      service: "microsoft",
      create: (deps) => createGraphProvider(deps, settings),
      writeScopes: ["Calendars.ReadWrite"],
      eventsForTwoPages: 501,
      isShared,
    })
  })
