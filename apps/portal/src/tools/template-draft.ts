import type { ToolTemplate, ToolTemplateInput } from "@kalends/protocol/tools"

/** The most that the service takes. */
export const limits = { name: 120, text: 2_000 } as const

export type Draft = ToolTemplateInput

export const emptyDraft: Draft = { name: "", text: "", backend: null, isDefault: false }

export function draftOf({ name, text, backend, isDefault }: ToolTemplate): Draft {
  return { name, text, backend, isDefault }
}

/** As it is sent: without blanks around it. */
export function inputOf({ name, text, ...rest }: Draft): ToolTemplateInput {
  return { name: name.trim(), text: text.trim(), ...rest }
}

/** True where there is something to save. */
export function canSave(draft: Draft, before: Draft): boolean {
  const input = inputOf(draft)
  return input.name !== "" && JSON.stringify(input) !== JSON.stringify(inputOf(before))
}

/** What an event says: the line with the link, and those below it. */
export function previewOf({ text }: Draft, linkLine: string): string {
  return [linkLine, ...(text.trim() === "" ? [] : [text.trim()])].join("\n")
}

/** Those that have what was typed in their name or in their lines. */
export function foundTemplates(templates: readonly ToolTemplate[], typed: string): readonly ToolTemplate[] {
  const wanted = typed.trim().toLowerCase()
  return templates.filter(({ name, text }) => `${name}\n${text}`.toLowerCase().includes(wanted))
}

/** The meeting services to choose from; one that a template names and that is gone stays among them until another is chosen. */
export function servicesFor(backends: readonly string[], chosen: string | null): readonly string[] {
  return chosen === null || backends.includes(chosen) ? backends : [...backends, chosen]
}
