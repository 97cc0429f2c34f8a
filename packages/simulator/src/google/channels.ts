import type { SimulatorContext } from "../context.ts"
import type { Granted } from "../grants.ts"
import type { Person } from "../org.ts"
import { googleRules } from "../pushes.ts"
import type { SimResponse } from "../server.ts"
import { googleError } from "./errors.ts"

type Channel = {
  readonly id: string
  readonly resourceId: string
  readonly person: Person
  readonly grant: Granted
  readonly address: string
  readonly token: string | null
  readonly expiresAt: Temporal.Instant
  messageNumber: number
}

const defaultSeconds = 604_800

export type Channels = ReturnType<typeof createChannels>

/** Push channels: headers only, "sync" first, message numbers that grow but are not consecutive (calendar/api/guides/push). */
export function createChannels(context: SimulatorContext) {
  const all = new Map<string, Channel>()
  const watched = new Set<Person>()

  function send(channel: Channel, state: "sync" | "exists"): void {
    channel.messageNumber += state === "sync" ? 1 : 1 + Math.floor(context.platform.fraction() * 5)
    const headers = {
      "x-goog-channel-id": channel.id,
      "x-goog-message-number": String(channel.messageNumber),
      "x-goog-resource-id": channel.resourceId,
      "x-goog-resource-state": state,
      "x-goog-resource-uri": `https://www.googleapis.com/calendar/v3/calendars/${encodeURIComponent(channel.person.email)}/events?alt=json`,
      "x-goog-channel-expiration": new Date(channel.expiresAt.epochMilliseconds).toUTCString(),
      "user-agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
      "content-length": "0",
      ...(channel.token === null ? {} : { "x-goog-channel-token": channel.token }),
    }
    context.pushes.push(channel.person.tenant.id, {
      url: channel.address,
      rules: googleRules,
      content: { kind: "whole", headers },
    })
  }

  function watch(person: Person): void {
    if (watched.has(person)) return
    watched.add(person)
    person.calendar.onChange(() => {
      for (const channel of all.values())
        if (
          channel.person === person &&
          !channel.grant.isRevoked &&
          Temporal.Instant.compare(channel.expiresAt, context.platform.now()) > 0
        )
          send(channel, "exists")
    })
  }

  return {
    /** Somebody's channels end without a word. */
    expire: (person: Person): void =>
      [...all.values()].filter((known) => known.person === person).forEach(({ id }) => void all.delete(id)),
    watch(json: Readonly<Record<string, unknown>>, person: Person, grant: Granted): SimResponse {
      const id = typeof json.id === "string" ? json.id : ""
      const address = typeof json.address === "string" ? json.address : ""
      if (id === "" || id.length > 64 || json.type !== "web_hook" || !URL.canParse(address))
        return googleError(400, "badRequest")
      if (all.has(id)) return googleError(400, "channelIdNotUnique")
      const ttl = Number(
        typeof json.params === "object" && json.params !== null && "ttl" in json.params
          ? json.params.ttl
          : defaultSeconds,
      )
      const expiresAt = context.platform.now().add({ seconds: Math.min(defaultSeconds, Math.max(60, ttl)) })
      const channel = {
        id,
        resourceId: context.platform.token("res"),
        person,
        grant,
        address,
        token: typeof json.token === "string" ? json.token : null,
        expiresAt,
        messageNumber: 0,
      }
      all.set(id, channel)
      watch(person)
      send(channel, "sync")
      return {
        status: 200,
        body: {
          kind: "api#channel",
          id,
          resourceId: channel.resourceId,
          resourceUri: "simulated",
          token: channel.token,
          expiration: String(expiresAt.epochMilliseconds),
        },
      }
    },
    stop(json: Readonly<Record<string, unknown>>): SimResponse {
      const channel = all.get(String(json.id))
      if (channel === undefined || channel.resourceId !== json.resourceId) return googleError(404, "channelIdNotFound")
      all.delete(channel.id)
      return { status: 204 }
    },
  }
}
