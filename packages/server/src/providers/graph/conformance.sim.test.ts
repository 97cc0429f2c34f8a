import { startSimulator } from "@kalends/simulator/simulator"
import { simulatedWorld } from "../../testing/simulated-world.ts"
import { describeProvider } from "../conformance/suite.ts"
import { createGraphProvider } from "./index.ts"

describeProvider("Microsoft 365", async () => {
  const simulator = await startSimulator()
  const { baseUrls, clients } = simulator
  const settings = {
    clientId: clients.microsoft.id,
    clientSecret: clients.microsoft.secret,
    tenant: "common",
    loginUrl: baseUrls.microsoftLogin,
    apiUrl: baseUrls.microsoftApi,
  }
  const world = await simulatedWorld({
    simulator,
    service: "microsoft",
    create: (deps) => createGraphProvider(deps, settings),
    writeScopes: ["Calendars.ReadWrite"],
    eventsForTwoPages: 501,
  })
  return { ...world, close: () => world.close().then(() => simulator.close()) }
})
