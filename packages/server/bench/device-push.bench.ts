/**
 * The connector's own share of the way from a booking to a video system: from a room's new agenda to the list on the codec,
 * with 2,000 rooms and a system in each. Real PostgreSQL, sealed storage and digests, a web socket with TLS to each codec;
 * the codecs are in this process. The baseline is the same list put over bare web sockets to the same codecs. What comes
 * before it, from the calendar service to the agenda, is in devices.bench.ts. The number may be given: 200.
 */
import type { Codec } from "@kalends/simulator/cisco/codec"
import { createCodecs } from "@kalends/simulator/cisco/codecs"
import { systemPlatform } from "@kalends/simulator/platform"
import { elapsedMs, pause, say } from "../../../tools/platform.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, failed, median, percentile, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"

const count = Number(process.argv[2] ?? 2_000)
const perSecond = 50
const changes = Math.min(count, 1_000)
const bareCount = Math.min(count, 500)

/** How long from now until the codec has a booking of this title. */
function whenShown(codec: Codec, title: string): Promise<number> {
  const began = elapsedMs()
  return new Promise((resolve) => {
    const look = () => {
      if (!codec.bookings.some((booking) => booking.title === title)) return
      codec.listeners.delete(look)
      resolve(elapsedMs() - began)
    }
    codec.listeners.add(look)
  })
}

const bodyOf = ({ bookings }: Codec) =>
  JSON.stringify({
    Bookings: bookings.map(({ id, title, organizer, startsAt, calls }) => ({
      ...{ Id: id, Title: title, Number: calls[0]?.number ?? "", Protocol: "SIP", Organizer: { Name: organizer.name } },
      Time: { StartTime: startsAt.toString(), Duration: 45, StartTimeBuffer: 300, EndTimeBuffer: 0 },
    })),
  })

const shown = (times: readonly number[]) =>
  `median ${median(times).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms, most ${Math.max(...times).toFixed(0)} ms`

const database = await startBenchDatabase()
const server = startPart(new URL("./device-push-server.ts", import.meta.url))
const bareLines = startPart(new URL("./devices-server.ts", import.meta.url))
const codecs = createCodecs(systemPlatform(1))
try {
  for (let number = 0; number < count; number++) await codecs.add({ name: `Room ${number}` })
  const given = []
  for (const { address, fingerprint } of codecs.all) given.push({ address, certificate: await fingerprint() })
  const emptyMb = await server.ask<number>("memoryMb")
  const began = elapsedMs()
  await server.ask("start", { databaseUrl: database.url, codecs: given })
  while (codecs.all.some(({ codec }) => codec.putCount === 0)) await pause(100)
  say(`${count} systems added, connected and given their first list: ${((elapsedMs() - began) / 1000).toFixed(1)} s`)
  const fullMb = await server.ask<number>("memoryMb")
  const took: Promise<number>[] = []
  for (let number = 0; number < changes; number++) {
    const place = (number * 37) % count
    const codec = codecs.all[place]?.codec
    if (codec !== undefined) took.push(whenShown(codec, `Changed ${number}`))
    void server.ask("change", { number: place, title: `Changed ${number}` })
    await pause(1_000 / perSecond)
  }
  const steady = await Promise.all(took)
  say(`steady, ${perSecond} changes a second: ${shown(steady)}`)
  const [first] = codecs.all
  const body = first === undefined ? "" : bodyOf(first.codec)
  const addresses = codecs.all.slice(0, bareCount).map(({ address }) => address)
  const bare = await bareLines.ask<number[]>("bare", { addresses, body, perSecond })
  say(`bare web sockets, at the same pace: ${shown(bare)}`)
  const all = codecs.all.map(({ codec }) => whenShown(codec, "All at once"))
  void server.ask("changeAll", { count, title: "All at once" })
  say(`every room's booking changed at once: ${shown(await Promise.all(all))}`)
  const memory = `${emptyMb.toFixed(0)} MiB empty, ${fullMb.toFixed(0)} MiB with ${count} systems`
  say(`memory of the connector: ${memory}, ${(((fullMb - emptyMb) * 1024) / count).toFixed(0)} KB for each`)
  report([atMost("new agenda → list on the system, p99", "ms", percentile(steady, 0.99), 1_000)])
} catch (error) {
  failed(error)
} finally {
  await Promise.all([server.stop(), bareLines.stop()])
  await codecs.close()
  await database.stop()
}
endBench()
