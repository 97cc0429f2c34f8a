import { Alert } from "@mantine/core"
import { Dialog } from "./dialog.tsx"
import { MeetingForm, type MeetingFormProps } from "./meeting-form.tsx"

export type NewMeetingProps = MeetingFormProps & {
  readonly isOpen: boolean
  readonly close: () => void
  /** False where the meeting gets a link only: no calendar is connected for writing. */
  readonly canWrite: boolean
}

/** The form for a new meeting, over the page. */
export function NewMeeting({ isOpen, close, canWrite, ...form }: NewMeetingProps) {
  const { words } = form
  return (
    <Dialog isOpen={isOpen} close={close} title={words.newMeeting} closeLabel={words.closeForm} isWide>
      {canWrite ? null : (
        <Alert color="orange" mb="md">
          {words.meetingWithoutEvent}
        </Alert>
      )}
      <MeetingForm {...form} />
    </Dialog>
  )
}
