import type { DisplayView } from "@kalends/protocol/display"
import { ConfirmedAct, Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import type { Language } from "@kalends/ui/words"
import { Button, Code, Group, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { displaysApi } from "../api-displays.ts"
import { problemText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import { DisplayFields } from "./display-fields.tsx"
import { type DisplayForm, emptyForm, formOf, nameOf, pairInputOf } from "./display-form.ts"

export const explainDisplay = (error: unknown, words: Messages) =>
  problemText(error, { problems: { ...words.problems, ...words.displays.problems } })

type PairProps = {
  readonly words: Messages
  readonly language: Language
  readonly screensUrl: string
  readonly paired: () => void
}

/** Pairs the screen that shows a code. */
export function PairDialog({ words, language, screensUrl, paired }: PairProps) {
  const [isOpen, setOpen] = useState(false)
  const text = words.displays
  const close = () => setOpen(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>{text.pair}</Button>
      <Dialog isOpen={isOpen} close={close} title={text.pair} closeLabel={words.close} isWide>
        {isOpen ? (
          <PairForm
            {...{ words, language, screensUrl, close }}
            paired={() => {
              close()
              paired()
            }}
          />
        ) : null}
      </Dialog>
    </>
  )
}

function PairForm({ words, language, screensUrl, close, paired }: PairProps & { readonly close: () => void }) {
  const text = words.displays
  const [form, setForm] = useState<DisplayForm>(() => emptyForm(language))
  const { problem, isBusy, run } = useSaving(words)
  const input = pairInputOf(form)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (input !== null) void run(() => displaysApi.pair(input).then(paired))
      }}
    >
      <Stack>
        <Text>
          {text.pairText} <Code>{screensUrl}</Code>
        </Text>
        <TextInput
          label={text.code}
          description={text.codeHint}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={20}
          data-autofocus
          value={form.code}
          onChange={({ currentTarget }) => setForm({ ...form, code: currentTarget.value })}
        />
        <DisplayFields words={words} form={form} change={setForm} canChangeKind />
        <ProblemAlert problem={problem} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={isBusy} disabled={input === null}>
            {text.pairAct}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type EditProps = {
  readonly words: Messages
  readonly display: DisplayView
  readonly close: () => void
  readonly changed: () => void
}

/** Another name, other rooms, another look, or taken away. */
export function EditDialog({ words, display, close, changed }: EditProps) {
  const text = words.displays
  const [form, setForm] = useState<DisplayForm>(() => formOf(display))
  const { problem, isBusy, run } = useSaving(words)
  const save = () =>
    displaysApi.change(display.displayId, {
      ...{ name: nameOf(form), settings: form.settings, roomIds: form.rooms.map(({ roomId }) => roomId) },
    })
  return (
    <Dialog isOpen close={close} title={text.edit(display.name)} closeLabel={words.close} isWide>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void run(() => save().then(changed))
        }}
      >
        <Stack>
          <Text c="dimmed">
            {text.kinds[display.kind]} · {text.device(display.deviceName)}
          </Text>
          <DisplayFields words={words} form={form} change={setForm} canChangeKind={false} />
          <ProblemAlert problem={problem} />
          <Group justify="space-between">
            <ConfirmedAct
              label={text.remove}
              title={text.removeTitle}
              keepLabel={text.keep}
              closeLabel={words.close}
              act={() => displaysApi.remove(display.displayId).then(changed)}
              explain={(error) => explainDisplay(error, words)}
            >
              <Text>{text.removeText}</Text>
            </ConfirmedAct>
            <Button type="submit" loading={isBusy} disabled={form.rooms.length === 0}>
              {text.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

/** What is under way, and what went wrong with it. */
function useSaving(words: Messages) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setProblem(null)
    try {
      await work()
    } catch (error) {
      setProblem(explainDisplay(error, words))
      setBusy(false)
    }
  }
  return { problem, isBusy, run }
}
