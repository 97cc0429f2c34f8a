// What the libraries in functions.js take for granted and ECMAScript 2016 has not, which is all that classic Outlook before
// version 2403 knows. The build lowers syntax; this gives the functions, as far as they are used. src/functions.live.test.ts
// runs the script without any of the newer ones.

type Named = Record<string, unknown>

function give(place: object, name: string, value: unknown): void {
  if (!(name in place)) Object.defineProperty(place, name, { value, configurable: true, writable: true })
}

const pad = (text: string, length: number, filler = " ") => filler.repeat(Math.max(0, length - text.length))

// zod writes down the bounds of whole numbers of 64 bits; nothing here has any.
give(globalThis, "BigInt", Number)
give(Object, "entries", (of: Named) => Object.keys(of).map((name) => [name, of[name]]))
give(Object, "values", (of: Named) => Object.keys(of).map((name) => of[name]))
give(Object, "fromEntries", (pairs: Iterable<readonly [string, unknown]>) => {
  const made: Named = {}
  for (const [name, value] of pairs) made[name] = value
  return made
})
give(Object, "getOwnPropertyDescriptors", (of: object) => {
  const made: Named = {}
  for (const name of Reflect.ownKeys(of)) made[String(name)] = Object.getOwnPropertyDescriptor(of, name)
  return made
})
give(Array.prototype, "flat", function flat(this: readonly unknown[]) {
  return this.reduce<unknown[]>((all, one) => all.concat(one), [])
})
give(
  Array.prototype,
  "flatMap",
  function flatMap(this: readonly unknown[], each: (one: unknown, at: number) => unknown) {
    return this.map(each).reduce<unknown[]>((all, one) => all.concat(one), [])
  },
)
give(String.prototype, "padStart", function padStart(this: string, length: number, filler?: string) {
  return pad(this, length, filler) + this
})
give(String.prototype, "padEnd", function padEnd(this: string, length: number, filler?: string) {
  return this + pad(this, length, filler)
})
give(String.prototype, "trimEnd", function trimEnd(this: string) {
  let end = this.length
  while (end > 0 && this.charAt(end - 1).trim() === "") end--
  return this.slice(0, end)
})
give(Promise.prototype, "finally", function always(this: Promise<unknown>, last: () => unknown) {
  return this.then(
    (value) => Promise.resolve(last()).then(() => value),
    (error: unknown) =>
      Promise.resolve(last()).then(() => {
        throw error
      }),
  )
})
