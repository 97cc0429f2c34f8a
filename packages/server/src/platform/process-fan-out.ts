import type { FanOut, Hint, Topic } from "../ports/fan-out.ts"

/** One text for each topic; also the subject's tail on NATS. */
export function topicName(topic: Topic): string {
  switch (topic.kind) {
    case "calendar":
      return `${topic.accountId}.calendar.${topic.calendarId}`
    case "user":
      return `${topic.accountId}.user.${topic.userId}`
    case "session":
      return `${topic.accountId}.session.${topic.sessionId}`
    case "display":
      return `${topic.accountId}.display.${topic.displayId}`
    case "devices":
      return "devices"
  }
}

/** Who listens for what within this process. Holds one function for a topic, or a set of them when there are more. */
export function createListeners() {
  const listeners = new Map<string, ((hint: Hint) => void) | Set<(hint: Hint) => void>>()
  return {
    has: (name: string) => listeners.has(name),
    add(name: string, receive: (hint: Hint) => void): void {
      const known = listeners.get(name)
      if (known === undefined) listeners.set(name, receive)
      else if (known instanceof Set) known.add(receive)
      else listeners.set(name, new Set([known, receive]))
    },
    remove(name: string, receive: (hint: Hint) => void): void {
      const known = listeners.get(name)
      if (known === receive) listeners.delete(name)
      if (!(known instanceof Set)) return
      known.delete(receive)
      if (known.size === 0) listeners.delete(name)
    },
    tell(name: string, hint: Hint): void {
      const known = listeners.get(name)
      if (known instanceof Set) for (const receive of [...known]) receive(hint)
      else known?.(hint)
    },
  }
}

/** Fan-out for one node. */
export function createProcessFanOut(): FanOut {
  const listeners = createListeners()
  return {
    publish: (topic, hint) => listeners.tell(topicName(topic), hint),
    listen(topic, receive) {
      const name = topicName(topic)
      listeners.add(name, receive)
      return () => listeners.remove(name, receive)
    },
    isConnected: true,
    close: async () => {},
  }
}
