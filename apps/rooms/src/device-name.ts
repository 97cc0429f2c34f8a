const systems = ["Android", "iPad", "iPhone", "CrOS", "Windows", "Macintosh", "Linux"]
const browsers = [
  ["Edg", "Edge"],
  ["Firefox", "Firefox"],
  ["Chrome", "Chrome"],
  ["Safari", "Safari"],
] as const

/** "Chrome on Android": for whoever pairs the screen. */
export function deviceNameOf(userAgent: string): string {
  const system = systems.find((name) => userAgent.includes(name)) ?? null
  const browser = browsers.find(([sign]) => userAgent.includes(`${sign}/`))?.[1] ?? "Browser"
  return system === null ? browser : `${browser} on ${system}`
}
