import {
  type Contact,
  type ContactDraft,
  type ContactLimits,
  draftFault,
  phoneKinds,
  sanitizeDraft,
} from "@kalends/domain/contact"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Stack, TextInput } from "@mantine/core"
import { useState } from "react"
import classes from "./contacts.module.css"
import { type ContactWords, explainContact } from "./messages-contacts.ts"

type FormProps = {
  /** Whom it changes; null for somebody new. */
  readonly contact: Contact | null
  readonly limits: ContactLimits
  readonly words: ContactWords
  readonly save: (draft: ContactDraft) => Promise<void>
  readonly cancel: () => void
}

/** More fields than these are seldom filled; what a contact has is always shown. */
const fieldsMost = 3

const empty: ContactDraft = { givenName: "", familyName: "", emails: [], phones: [], organisation: "" }

/** Somebody's names, addresses and numbers. What was typed stays here until it is saved. */
export function ContactForm({ contact, limits, words, save, cancel }: FormProps) {
  const [draft, setDraft] = useState<ContactDraft>(contact ?? empty)
  const [isBusy, setIsBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const clean = sanitizeDraft(draft)
  const fault = draftFault(clean, limits)
  const set = (changes: Partial<ContactDraft>) => setDraft({ ...draft, ...changes })
  const submit = async () => {
    if (fault !== null || isBusy) return setProblem(fault === null ? null : (words.problems[fault] ?? null))
    setIsBusy(true)
    setProblem(null)
    try {
      await save(clean)
    } catch (error) {
      setProblem(explainContact(error, words))
      setIsBusy(false)
    }
  }
  const text = (name: "givenName" | "familyName" | "organisation", isFirst = false) => (
    <TextInput
      label={words[name]}
      maxLength={200}
      autoComplete="off"
      {...(isFirst ? { "data-autofocus": true, autoFocus: true } : {})}
      value={draft[name]}
      onChange={({ currentTarget }) => set({ [name]: currentTarget.value })}
    />
  )
  return (
    <form
      noValidate
      aria-label={contact === null ? words.add : words.edit}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Stack>
        <div className={classes.fields}>
          {text("givenName", true)}
          {text("familyName")}
          {text("organisation")}
          <Addresses emails={draft.emails} most={limits.emailsMost} words={words} set={(emails) => set({ emails })} />
          <Numbers phones={draft.phones} limits={limits} words={words} set={(phones) => set({ phones })} />
        </div>
        <ProblemAlert problem={problem} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {words.save}
          </Button>
          <Button variant="default" onClick={cancel}>
            {words.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** One empty field after those that are filled, as far as there is room. */
const roomFor = (count: number, most: number) => Math.max(count, Math.min(count + 1, most, fieldsMost))

type AddressesProps = {
  readonly emails: readonly string[]
  readonly most: number
  readonly words: ContactWords
  readonly set: (emails: readonly string[]) => void
}

function Addresses({ emails, most, words, set }: AddressesProps) {
  return Array.from({ length: roomFor(emails.length, most) }, (_, at) => (
    <TextInput
      // biome-ignore lint/suspicious/noArrayIndexKey: a field is its place among the others.
      key={`email ${at}`}
      label={words.emailAt(at + 1)}
      type="email"
      inputMode="email"
      autoComplete="off"
      maxLength={254}
      value={emails[at] ?? ""}
      onChange={({ currentTarget }) => set(withAt(emails, at, currentTarget.value))}
    />
  ))
}

type NumbersProps = {
  readonly phones: ContactDraft["phones"]
  readonly limits: ContactLimits
  readonly words: ContactWords
  readonly set: (phones: ContactDraft["phones"]) => void
}

function Numbers({ phones, limits, words, set }: NumbersProps) {
  return phoneKinds.flatMap((kind) => {
    const own = phones.filter((phone) => phone.kind === kind)
    const others = phones.filter((phone) => phone.kind !== kind)
    const count = Math.max(own.length, Math.min(1, limits.phonesMost[kind]))
    return Array.from({ length: count }, (_, at) => (
      <TextInput
        // biome-ignore lint/suspicious/noArrayIndexKey: a field is its place among the others.
        key={`${kind} ${at}`}
        label={words.phones[kind]}
        type="tel"
        autoComplete="off"
        maxLength={64}
        value={own[at]?.number ?? ""}
        onChange={({ currentTarget }) => {
          const numbers = withAt(
            own.map(({ number }) => number),
            at,
            currentTarget.value,
          )
          set([...others, ...numbers.map((number) => ({ kind, number }))])
        }}
      />
    ))
  })
}

function withAt(texts: readonly string[], at: number, text: string): readonly string[] {
  return at < texts.length ? texts.map((one, index) => (index === at ? text : one)) : [...texts, text]
}
