import { addDemoCodecs } from "./demo/codecs.ts"
import { fillDemo } from "./demo/organisation.ts"
import { offerOrganisations } from "./demo/organisations.ts"
import { offerRoomSystem } from "./demo/room-systems.ts"
import { watchWeather } from "./demo/weather.ts"
import { systemPlatform } from "./platform.ts"
import { startSimulator } from "./simulator.ts"

// The demo organisation on a port of its own: node main.ts --port 8090

const at = process.argv.indexOf("--port")
const port = at === -1 ? 8090 : Number(process.argv[at + 1])
const platform = systemPlatform(1)
const simulator = await startSimulator({ port, platform })
fillDemo(simulator.org, platform.now())
watchWeather(simulator.org, platform)
const { domain } = simulator.tenants.exchange
const rooms = simulator.exchange.directory.people().filter(({ isRoom }) => isRoom)
simulator.exchange.directory.addRoomList("Northwind Works", `rooms@${domain}`, rooms)
for (const { email, isRoom } of simulator.org.people) if (!isRoom) simulator.zoom.account.addUser(email)
await offerOrganisations(simulator, platform.now())
await addDemoCodecs(simulator, port + 20)
offerRoomSystem(simulator)
process.stdout.write(`Simulated organisation: ${simulator.url}\n`)
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void simulator.close().then(() => process.exit(0)))
