import { afterAll, beforeAll, expect, test } from "vitest"
import { type Simulator, startSimulator } from "../simulator.ts"
import { addDemoCodecs } from "./codecs.ts"

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
  simulator.org.addRoom(simulator.tenants.microsoft, "Room Draco", "draco@northwind.example")
  await addDemoCodecs(simulator, 0)
})
afterAll(() => simulator.close())

const look = async () => (await fetch(`${simulator.url}/demo/codecs`)).json()
const act = (what: string) => fetch(`${simulator.url}/demo/codecs/0/${what}`, { method: "POST" })

test("a room's codec is seen with what a person needs to add it, and what happens to it is one press away", async () => {
  const [running] = simulator.codecs.all
  expect(await look()).toMatchObject({
    codecs: [
      {
        ...{ name: "Room Draco", address: running?.address, username: "integrator", password: "codec-password" },
        ...{ fingerprint: await running?.fingerprint(), bookings: [], isDown: false },
      },
    ],
  })
  await act("down")
  expect(await look()).toMatchObject({ codecs: [{ isDown: true, fingerprint: null }] })
  await act("up")
  const before = await running?.fingerprint()
  await act("renew")
  expect(await running?.fingerprint()).not.toBe(before)
  expect((await act("explode")).status).toBe(404)
  expect(await (await fetch(`${simulator.url}/codecs`)).text()).toContain("Simulated codecs")
})
