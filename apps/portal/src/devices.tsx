import type { SessionsView } from "@kalends/protocol/api"
import { Dialog } from "@kalends/ui/dialog"
import { relativeTime } from "@kalends/ui/words"
import { Button, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { api } from "./api.ts"
import { type PageProps, Trouble, Waiting } from "./page-parts.tsx"
import classes from "./portal.module.css"
import { useLoaded } from "./use-loaded.ts"

type DevicesProps = PageProps & { readonly displayName: string }

/** The person's name; behind it, where they are signed in. */
export function Devices({ displayName, ...props }: DevicesProps) {
  const [isOpen, open] = useState(false)
  return (
    <>
      <Button variant="subtle" color="gray" size="compact-md" onClick={() => open(true)}>
        {displayName}
      </Button>
      <Dialog
        isOpen={isOpen}
        close={() => open(false)}
        title={props.words.devices.title}
        closeLabel={props.words.cancel}
        isWide
      >
        <Sessions {...props} />
      </Dialog>
    </>
  )
}

function Sessions({ words, locale, now }: PageProps) {
  const { devices } = words
  const { value, error, reload } = useLoaded<SessionsView>(api.sessions)
  const [problem, setProblem] = useState<unknown>(null)
  const [said, say] = useState("")
  const act = async (work: () => Promise<void>, outcome: string) => {
    try {
      await work()
      setProblem(null)
      say(outcome)
    } catch (failure) {
      setProblem(failure)
    }
    await reload()
  }
  if (value === null) return <Waiting error={error} words={words} retry={reload} />
  const isAlone = value.sessions.every(({ isCurrent }) => isCurrent)
  return (
    <Stack>
      <Text>{isAlone ? devices.onlyHere : devices.text}</Text>
      <Trouble error={problem ?? error} words={words} />
      <ul className={classes.people}>
        {value.sessions.map(({ sessionId, deviceName, createdAt, usedAt, isCurrent, kind, ...proof }) => (
          <li key={sessionId} className={classes.entry}>
            <Group justify="space-between">
              <div>
                <Text className={classes.breakable}>
                  {deviceName}
                  {isCurrent ? ` (${devices.current})` : ""}
                </Text>
                <Text size="sm" c="dimmed">
                  {[
                    kind === "tool" ? devices.tool : null,
                    devices.since(relativeTime(Temporal.Instant.from(createdAt), now, locale)),
                    usedAt === undefined || isCurrent
                      ? null
                      : devices.used(relativeTime(Temporal.Instant.from(usedAt), now, locale)),
                    proofText(proof, words),
                  ]
                    .filter((text) => text !== null)
                    .join(" · ")}
                </Text>
              </div>
              {isCurrent ? null : (
                <Button
                  variant="default"
                  size="compact-md"
                  aria-label={devices.endOf(deviceName)}
                  onClick={() => void act(() => api.endSession(sessionId), "")}
                >
                  {devices.end}
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ul>
      <Text role="status">{said}</Text>
      {isAlone ? null : (
        <Group>
          <Button color="red" variant="light" onClick={() => void act(api.endOtherSessions, devices.endedOthers)}>
            {devices.endOthers}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

type Proof = Pick<SessionsView["sessions"][number], "signedInBy" | "secondFactor" | "issuerLabel">

/** How a session was signed in, and what was shown besides; null where an older service does not say. */
export function proofText(
  { signedInBy, secondFactor = null, issuerLabel = null }: Proof,
  { signInPage }: PageProps["words"],
): string | null {
  if (signedInBy === undefined) return null
  const first = issuerLabel ?? signInPage.kinds[signedInBy]
  return secondFactor === null || secondFactor === signedInBy ? first : `${first}, ${signInPage.factors[secondFactor]}`
}
