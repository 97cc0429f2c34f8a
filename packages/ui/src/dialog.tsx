import { Button, Group, Modal, Stack } from "@mantine/core"
import { type ReactNode, useState } from "react"
import { ProblemAlert } from "./sign-in-form.tsx"

export type DialogProps = {
  readonly isOpen: boolean
  readonly close: () => void
  readonly title: string
  /** What the cross is called. */
  readonly closeLabel: string
  readonly isWide?: boolean
  /** Over other dialogs, too, whichever came first. */
  readonly isUppermost?: boolean
  readonly children: ReactNode
}

/** Mantine's dialogs are at 200. */
const uppermost = 250

/** What stands over the page until it is closed. It comes and goes without motion. */
export function Dialog({
  isOpen,
  close,
  title,
  closeLabel,
  isWide = false,
  isUppermost = false,
  children,
}: DialogProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={title}
      size={isWide ? "lg" : "md"}
      {...(isUppermost ? { zIndex: uppermost } : {})}
      closeButtonProps={{ "aria-label": closeLabel }}
      transitionProps={{ duration: 0 }}
      styles={{ title: { fontWeight: 650 } }}
    >
      {children}
    </Modal>
  )
}

export type ConfirmedActProps = {
  /** What the act is called, on both buttons. */
  readonly label: string
  /** What the first button is called where its label alone does not say of what. */
  readonly name?: string
  readonly title: string
  /** What not doing it is called. */
  readonly keepLabel: string
  readonly closeLabel: string
  /** What is lost with it. */
  readonly children: ReactNode
  /** Leaves the page when it succeeds; what it throws is told in the dialog. */
  readonly act: () => Promise<unknown>
  readonly explain: (error: unknown) => string
  /** "lossy" is red; "main" is what the page is for; "plain" stands back. */
  readonly tone?: "lossy" | "main" | "plain"
}

const looks = {
  lossy: { color: "red", variant: "light" },
  main: { variant: "filled" },
  plain: { variant: "default" },
} as const

/** A button for what is not lightly taken back: it asks before. */
export function ConfirmedAct({ tone = "lossy", ...props }: ConfirmedActProps) {
  const { label, name, title, keepLabel, closeLabel, children, act, explain } = props
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const close = () => {
    setIsAsking(false)
    setProblem(null)
  }
  const confirm = async () => {
    setIsBusy(true)
    setProblem(null)
    try {
      await act()
    } catch (error) {
      setProblem(explain(error))
      setIsBusy(false)
    }
  }
  return (
    <Group>
      <Button
        {...looks[tone]}
        {...(name === undefined ? {} : { "aria-label": name })}
        onClick={() => setIsAsking(true)}
      >
        {label}
      </Button>
      <Dialog isOpen={isAsking} {...{ close, title, closeLabel }}>
        <Stack>
          {children}
          <ProblemAlert problem={problem} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {keepLabel}
            </Button>
            <Button {...(tone === "lossy" ? { color: "red" } : {})} loading={isBusy} onClick={() => void confirm()}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </Group>
  )
}
