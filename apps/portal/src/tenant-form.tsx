import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { Button, FileButton, Group, PasswordInput, Stack, Textarea, TextInput } from "@mantine/core"
import { useState } from "react"
import { ApiProblem, troubleText } from "./api-problem.ts"
import type { Messages } from "./messages.ts"
import classes from "./portal.module.css"
import { type Field, givenOf, type Method } from "./tenants.ts"

type Given = Partial<Record<Field["name"], string>>

type FormProps = {
  readonly method: Method
  readonly words: Messages
  /** What the button says. */
  readonly label: string
  /** Leaves the page when it succeeds; what it throws is told. */
  readonly save: (given: Given) => Promise<unknown>
}

/** As much as the service takes of one field. */
const longest = 16_384

/** What the method asks for. Nothing of it is kept by the browser, and secrets are let go of once they were accepted. */
export function TenantForm({ method, words, label, save }: FormProps) {
  const [typed, setTyped] = useState<Given>({})
  const { isBusy, error, onSubmit } = useSending(() => save(givenOf(method.fields, typed)))
  const problem = troubleText(error, { problems: words.tenantProblems })
  const badField = error instanceof ApiProblem ? error.code : null
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        {method.fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            words={words}
            value={typed[field.name] ?? ""}
            error={badField === field.name ? problem : null}
            change={(text) => setTyped((before) => ({ ...before, [field.name]: text }))}
          />
        ))}
        <ProblemAlert problem={problem} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type InputProps = {
  readonly field: Field
  readonly words: Messages
  readonly value: string
  readonly error: string | null
  readonly change: (text: string) => void
}

function FieldInput({ field: { name, kind, isOptional }, words, value, error, change }: InputProps) {
  const { fields, fieldHints, optional } = words.tenants
  const common = {
    label: isOptional ? optional(fields[name]) : fields[name],
    description: fieldHints[name],
    required: !isOptional,
    autoComplete: "off",
    maxLength: longest,
    value,
    error: error !== null,
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      change(currentTarget.value),
  }
  switch (kind) {
    case "secret":
      return <PasswordInput {...common} autoComplete="new-password" />
    case "long-secret":
    case "long-text":
      return <LongInput {...{ common, words, change }} />
    case "text":
      return name === "secretEndsOn" ? (
        <TextInput {...common} type="date" className={classes.short} />
      ) : (
        <TextInput {...common} spellCheck={false} autoCapitalize="none" />
      )
  }
}

type LongProps = {
  readonly common: Omit<React.ComponentProps<typeof Textarea>, "rows">
  readonly words: Messages
  readonly change: (text: string) => void
}

/** PEM or JSON: pasted, or out of a file. */
function LongInput({ common, words, change }: LongProps) {
  const [isTooLarge, setIsTooLarge] = useState(false)
  const read = async (file: File | null) => {
    if (file === null) return
    setIsTooLarge(file.size > longest)
    if (file.size <= longest) change(await file.text())
  }
  return (
    <div>
      <Textarea {...common} rows={5} spellCheck={false} classNames={{ input: classes.mono }} />
      <Group mt={6}>
        <FileButton onChange={(file) => void read(file)} accept=".pem,.crt,.cer,.key,.json,text/plain,application/json">
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="compact-sm"
              aria-label={`${words.tenants.chooseFile}: ${common.label}`}
            >
              {words.tenants.chooseFile}
            </Button>
          )}
        </FileButton>
      </Group>
      {isTooLarge ? <ProblemAlert problem={words.tenants.fileTooLarge} /> : null}
    </div>
  )
}
