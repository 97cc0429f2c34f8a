import type { RoomCheckupView } from "@kalends/protocol/rooms"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { CopyLines } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { PartTitle, type RoomPartProps } from "./room-page.tsx"

const dots = { right: "well", wrong: "broken", doubtful: "waiting", "not-checked": "waiting" } as const

/** Which setting of the room's mailbox harms its meetings, and the line that mends it. */
export function RoomDoctor({ room, words }: RoomPartProps) {
  const text = words.rooms
  const [found, setFound] = useState<RoomCheckupView | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const look = async () => {
    setIsBusy(true)
    setProblem(null)
    await roomsApi
      .checkup(room.roomId)
      .then(setFound, (error: unknown) => setProblem(problemText(error, { problems: words.tenantProblems })))
    setIsBusy(false)
  }
  return (
    <Stack gap="sm">
      <PartTitle>{text.doctor}</PartTitle>
      <Text c="dimmed" className={classes.prose}>
        {text.doctorText}
      </Text>
      <Group>
        <Button variant="default" loading={isBusy} onClick={() => void look()}>
          {text.look}
        </Button>
      </Group>
      <ProblemAlert problem={problem} />
      {found === null ? null : <Findings found={found} words={words} />}
    </Stack>
  )
}

function Findings({ found, words }: { readonly found: RoomCheckupView } & Pick<RoomPartProps, "words">) {
  const text = words.rooms
  return (
    <>
      <Text role="status">{text.looked(found.looked)}</Text>
      <ul className={classes.people}>
        {found.findings.map(({ code, outcome, line, problem }) => (
          <li key={code} className={classes.entry}>
            <Group gap={8} wrap="nowrap" align="baseline">
              <span className={classes.dot} data-state={dots[outcome]} aria-hidden />
              <div>
                <Text fw={600}>{text.outcomes[outcome]}</Text>
                <Text>
                  {text.findings[code]} {problem === null ? "" : (words.tenantProblems[problem] ?? problem)}
                </Text>
              </div>
            </Group>
            {line === null ? null : (
              <Stack gap={4} mt={6}>
                <Text size="sm">{text.mend}</Text>
                <CopyLines text={line} words={words} />
              </Stack>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
