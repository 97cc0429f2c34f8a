import type { Organisation, Person } from "../org.ts"
import type { SimulatorPlatform } from "../platform.ts"
import { at, dayOf } from "./times.ts"

const shortestPauseMs = 20_000
const longestPauseMs = 40_000

/**
 * A weather station writes tonight's seeing into everybody's calendar every half a minute, so that something happens in the
 * demo by itself. No other event changes.
 */
export function watchWeather(org: Organisation, platform: SimulatorPlatform): void {
  const { today } = dayOf(platform.now())
  for (const person of org.people) if (!person.isRoom) watchFor(person, platform, today)
}

function watchFor({ calendar }: Person, platform: SimulatorPlatform, today: Temporal.PlainDate): void {
  const event = calendar.create({ subject: "Weather watch", time: at(today, "22:00", 60), isFree: true })
  const again = () => {
    platform.after(shortestPauseMs + platform.fraction() * (longestPauseMs - shortestPauseMs), () => {
      // Somebody may have deleted it on the demo's page.
      if (event.isDeleted) return
      const seeing = (0.6 + platform.fraction()).toFixed(1)
      calendar.update(event, { description: `Seeing ${seeing} arcseconds, as the station on the roof says.` })
      again()
    })
  }
  again()
}
