import { displayKinds, displayLanguages, displayLooks } from "@kalends/domain/display"
import { NativeSelect, TextInput } from "@mantine/core"
import type { Messages } from "../messages.ts"
import classes from "../portal.module.css"
import { type DisplayForm, nameOf, withKind } from "./display-form.ts"
import { RoomChooser } from "./room-chooser.tsx"

type FieldsProps = {
  readonly words: Messages
  readonly form: DisplayForm
  readonly change: (form: DisplayForm) => void
  /** What a screen is stays as it was paired. */
  readonly canChangeKind: boolean
}

/** What is set of a screen. */
export function DisplayFields({ words, form, change, canChangeKind }: FieldsProps) {
  const text = words.displays
  const { settings } = form
  const set = (changes: Partial<DisplayForm["settings"]>) => change({ ...form, settings: { ...settings, ...changes } })
  const oneOf = <Value extends string | number>(values: readonly Value[], typed: string) =>
    values.find((value) => String(value) === typed)
  return (
    <>
      {canChangeKind ? (
        <NativeSelect
          label={text.kind}
          description={text.kindHints[form.kind]}
          value={form.kind}
          data={displayKinds.map((kind) => ({ value: kind, label: text.kinds[kind] }))}
          onChange={({ currentTarget }) => {
            const kind = oneOf(displayKinds, currentTarget.value)
            if (kind !== undefined) change(withKind(form, kind))
          }}
        />
      ) : null}
      <RoomChooser words={words} form={form} change={change} />
      <TextInput
        label={text.name}
        description={text.nameHint}
        placeholder={nameOf({ ...form, name: "" })}
        maxLength={120}
        autoComplete="off"
        value={form.name}
        onChange={({ currentTarget }) => change({ ...form, name: currentTarget.value })}
      />
      <div className={classes.fields}>
        <NativeSelect
          label={text.language}
          value={settings.language}
          data={displayLanguages.map((language) => ({ value: language, label: text.languages[language] }))}
          onChange={({ currentTarget }) =>
            set({ language: oneOf(displayLanguages, currentTarget.value) ?? settings.language })
          }
        />
        <NativeSelect
          label={text.hours}
          value={String(settings.hours)}
          data={([24, 12] as const).map((hours) => ({ value: String(hours), label: text.hoursOf[hours] }))}
          onChange={({ currentTarget }) => set({ hours: currentTarget.value === "12" ? 12 : 24 })}
        />
        <NativeSelect
          label={text.look}
          value={settings.look}
          data={displayLooks.map((look) => ({ value: look, label: text.looks[look] }))}
          onChange={({ currentTarget }) => set({ look: oneOf(displayLooks, currentTarget.value) ?? settings.look })}
        />
      </div>
    </>
  )
}
