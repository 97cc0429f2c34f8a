import { startSimulator } from "@kalends/simulator/simulator"
import { simulatedWorld } from "../../testing/simulated-world.ts"
import { describeProvider } from "../conformance/suite.ts"
import { createGoogleProvider } from "./index.ts"

describeProvider("Google", async () => {
  const simulator = await startSimulator()
  const { baseUrls, clients } = simulator
  const settings = {
    clientId: clients.google.id,
    clientSecret: clients.google.secret,
    accountsUrl: baseUrls.googleAccounts,
    tokenUrl: baseUrls.googleToken,
    apiUrl: baseUrls.googleApi,
    peopleUrl: baseUrls.googlePeople,
    directoryUrl: baseUrls.googleDirectory,
  }
  const world = await simulatedWorld({
    simulator,
    service: "google",
    create: (deps) => createGoogleProvider(deps, settings),
    writeScopes: ["https://www.googleapis.com/auth/calendar.events"],
    eventsForTwoPages: 2501,
  })
  return { ...world, close: () => world.close().then(() => simulator.close()) }
})
