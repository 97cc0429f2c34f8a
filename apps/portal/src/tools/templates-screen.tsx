import type { ToolTemplate, ToolTemplateInput, ToolTemplates } from "@kalends/protocol/tools"
import { Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Anchor, Button, Card, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { toolsApi } from "../api-tools.ts"
import type { Messages } from "../messages.ts"
import { PageFrame, Trouble, Waiting } from "../page-parts.tsx"
import { RecentEntries } from "../recent-entries.tsx"
import { useLoaded } from "../use-loaded.ts"
import { draftOf, emptyDraft, foundTemplates } from "./template-draft.ts"
import { TemplateForm } from "./template-form.tsx"
import { TemplateList } from "./template-list.tsx"

export type TemplatesProps = {
  readonly words: Messages
  readonly locale: string
  readonly may: { readonly change: boolean; readonly readLog: boolean }
}

/** One that is being changed, one that is being made, or none. */
type Open = ToolTemplate | "new" | null

/** What tools make meetings with, for the whole organisation. */
export function Templates({ words, locale, may }: TemplatesProps) {
  const text = words.templates
  const { value, error, reload } = useLoaded<ToolTemplates>(toolsApi.templates)
  const [open, setOpen] = useState<Open>(null)
  const [said, say] = useState("")
  const [problem, setProblem] = useState<string | null>(null)
  const [turn, setTurn] = useState(0)
  const done = async (outcome: string) => {
    await reload()
    setProblem(null)
    say(outcome)
    setTurn((before) => before + 1)
  }
  const save = async (templateId: string | null, input: ToolTemplateInput) => {
    await (templateId === null ? toolsApi.makeTemplate(input) : toolsApi.changeTemplate(templateId, input))
    setOpen(null)
    await done(text.saved(input.name))
  }
  const setDefault = (template: ToolTemplate, isDefault: boolean) =>
    save(template.templateId, { ...draftOf(template), isDefault }).catch((failure: unknown) => {
      say("")
      setProblem(problemText(failure, words))
    })
  const remove = async ({ templateId, name }: ToolTemplate) => {
    await toolsApi.removeTemplate(templateId)
    await done(text.removed(name))
  }
  return (
    <PageFrame
      title={text.title}
      text={text.text}
      action={may.change && value !== null ? <Button onClick={() => setOpen("new")}>{text.make}</Button> : null}
    >
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <>
          <Trouble error={error} words={words} />
          <Stack gap="sm">
            <Text role="status">{said === "" ? "" : `✓ ${said}`}</Text>
            <ProblemAlert problem={problem} />
            <Found {...{ words, ...value, may }} acts={{ edit: setOpen, setDefault, remove }} />
          </Stack>
          <Editor {...{ words, open, save }} backends={value.backends} close={() => setOpen(null)} />
        </>
      )}
      <Text c="dimmed">
        {text.groupsText} <Anchor href="#policy">{words.policy.title}</Anchor>
      </Text>
      {may.readLog ? (
        <Card withBorder>
          <RecentEntries {...{ words, locale }} about={{ action: "tool-template-changed" }} turn={String(turn)} />
        </Card>
      ) : null}
    </PageFrame>
  )
}

type FoundProps = ToolTemplates &
  Pick<TemplatesProps, "words" | "may"> & { readonly acts: Parameters<typeof TemplateList>[0]["acts"] }

/** With few, nothing has to be found. */
const searchedFrom = 6

function Found({ words, templates, backends, may, acts }: FoundProps) {
  const text = words.templates
  const [typed, setTyped] = useState("")
  const found = foundTemplates(templates, typed)
  return (
    <>
      {backends.length === 0 ? <Alert color="yellow">{text.noService}</Alert> : null}
      {templates.length < searchedFrom ? null : (
        <TextInput
          type="search"
          label={text.search}
          value={typed}
          maxLength={120}
          autoComplete="off"
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      )}
      {templates.length === 0 ? <Text size="lg">{text.none}</Text> : null}
      {templates.length > 0 && found.length === 0 ? <Text>{text.noneFound}</Text> : null}
      <TemplateList {...{ words, backends, acts }} templates={found} canChange={may.change} />
    </>
  )
}

type EditorProps = Pick<TemplatesProps, "words"> & {
  readonly open: Open
  readonly backends: readonly string[]
  readonly save: (templateId: string | null, input: ToolTemplateInput) => Promise<void>
  readonly close: () => void
}

function Editor({ words, open, backends, save, close }: EditorProps) {
  const text = words.templates
  const template = open === "new" ? null : open
  return (
    <Dialog
      isOpen={open !== null}
      close={close}
      title={template === null ? text.make : text.editOf(template.name)}
      closeLabel={words.close}
      isWide
    >
      <TemplateForm
        key={template?.templateId ?? "new"}
        {...{ words, backends }}
        before={template === null ? emptyDraft : draftOf(template)}
        save={(input) => save(template?.templateId ?? null, input)}
        cancel={close}
      />
    </Dialog>
  )
}
