import { Dialog } from "@kalends/ui/dialog"
import { Button, Group, Stack, Text } from "@mantine/core"
import { useEffect, useState } from "react"
import type { Messages } from "../messages.ts"
import { platform } from "../platform.ts"
import { isPolicyAddress } from "./policy-view.ts"

type LeavingProps = {
  /** How many changes would be lost. */
  readonly count: number
  readonly words: Messages
}

/** While it is shown, whoever is about to leave the policy's pages is asked first. */
export function Leaving({ count, words }: LeavingProps) {
  const text = words.policy
  const [wanted, setWanted] = useState<string | null>(null)
  const [isLeaving, setIsLeaving] = useState(false)
  useEffect(() => (isLeaving ? undefined : platform.keepPlace(isPolicyAddress, setWanted)), [isLeaving])
  // The guard is taken away first: then the way is free.
  useEffect(() => {
    if (isLeaving && wanted !== null) platform.goToPlace(wanted)
  }, [isLeaving, wanted])
  const stay = () => setWanted(null)
  return (
    <Dialog isOpen={wanted !== null} close={stay} title={text.leaveTitle} closeLabel={words.close}>
      <Stack>
        <Text>{text.draft(count)}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={stay} data-autofocus>
            {text.keepEditing}
          </Button>
          <Button color="red" onClick={() => setIsLeaving(true)}>
            {text.leave}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
