import type { ToolTemplateInput } from "@kalends/protocol/tools"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Code, Group, NativeSelect, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core"
import { useId, useState } from "react"
import { troubleText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import { canSave, type Draft, inputOf, limits, previewOf, servicesFor } from "./template-draft.ts"

type FormProps = {
  readonly words: Messages
  readonly before: Draft
  readonly backends: readonly string[]
  readonly save: (input: ToolTemplateInput) => Promise<unknown>
  readonly cancel: () => void
}

/** A template being written, with what an event will say of it. */
export function TemplateForm({ words, before, backends, save, cancel }: FormProps) {
  const { form } = words.templates
  const [draft, setDraft] = useState(before)
  const { isBusy, error, onSubmit } = useSending(() => save(inputOf(draft)))
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        <Fields {...{ words, draft, setDraft, backends }} />
        <Preview words={words} draft={draft} />
        <ProblemAlert problem={troubleText(error, words)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>
            {form.cancel}
          </Button>
          <Button type="submit" loading={isBusy} disabled={!canSave(draft, before)}>
            {form.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type FieldsProps = Pick<FormProps, "words" | "backends"> & {
  readonly draft: Draft
  readonly setDraft: (draft: Draft) => void
}

function Fields({ words, draft, setDraft, backends }: FieldsProps) {
  const { form, serviceNames, firstService } = words.templates
  const services = servicesFor(backends, draft.backend)
  const nameOf = (service: string) => serviceNames[service] ?? service
  const [first] = backends
  return (
    <>
      <TextInput
        label={form.name}
        description={form.nameText}
        required
        maxLength={limits.name}
        autoComplete="off"
        data-autofocus
        value={draft.name}
        onChange={({ currentTarget }) => setDraft({ ...draft, name: currentTarget.value })}
      />
      <Textarea
        label={form.lines}
        description={form.linesText(limits.text - draft.text.length)}
        rows={5}
        maxLength={limits.text}
        value={draft.text}
        onChange={({ currentTarget }) => setDraft({ ...draft, text: currentTarget.value })}
      />
      {services.length < 2 ? null : (
        <NativeSelect
          label={form.service}
          value={draft.backend ?? ""}
          data={[
            { value: "", label: firstService(nameOf(first ?? "")) },
            ...services.map((service) => ({ value: service, label: nameOf(service) })),
          ]}
          onChange={({ currentTarget: { value } }) => setDraft({ ...draft, backend: value === "" ? null : value })}
        />
      )}
      <Switch
        label={form.isDefault}
        description={form.isDefaultText}
        checked={draft.isDefault}
        onChange={({ currentTarget }) => setDraft({ ...draft, isDefault: currentTarget.checked })}
      />
    </>
  )
}

function Preview({ words, draft }: Pick<FieldsProps, "words" | "draft">) {
  const { preview, linkLine } = words.templates.form
  const id = useId()
  return (
    <div>
      <Text size="sm" fw={500} id={id}>
        {preview}
      </Text>
      <Code block mt={4} aria-labelledby={id} tabIndex={0} role="region">
        {previewOf(draft, linkLine)}
      </Code>
    </div>
  )
}
