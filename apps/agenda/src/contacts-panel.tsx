import type { Client } from "@kalends/client/client"
import { type Contact, titleOf } from "@kalends/domain/contact"
import { Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Anchor, Button, Group, Loader, Stack, Text, TextInput } from "@mantine/core"
import { useEffect, useState, useSyncExternalStore } from "react"
import { ContactForm } from "./contact-form.tsx"
import classes from "./contacts.module.css"
import { type ContactsState, type ContactsStore, conditionOf, createContactsStore, foundIn } from "./contacts-store.ts"
import { type ContactWords, explainContact } from "./messages-contacts.ts"

type PanelProps = {
  readonly client: Pick<Client, "contacts">
  /** Whether the connection may read contacts at all. */
  readonly isAllowed: boolean
  readonly isOpen: boolean
  readonly close: () => void
  readonly words: ContactWords
}

/** The person's contacts over the agenda: found, looked at, and where it is allowed, written. */
export function ContactsPanel({ client, isAllowed, isOpen, close, words }: PanelProps) {
  return (
    <Dialog isOpen={isOpen} close={close} title={words.contacts} closeLabel={words.close} isWide>
      {isAllowed ? (
        <Book client={client} words={words} />
      ) : (
        <Stack>
          <Text>{words.notAllowed}</Text>
          <Anchor href="/">{words.allowInPortal}</Anchor>
        </Stack>
      )}
    </Dialog>
  )
}

function Book({ client, words }: { readonly client: Pick<Client, "contacts">; readonly words: ContactWords }) {
  const [store] = useState(() => createContactsStore(client.contacts))
  const state = useSyncExternalStore(store.subscribe, () => store.state)
  useEffect(() => {
    void store.read()
  }, [store])
  const parts = { store, state, words }
  return (
    <Stack>
      <Done {...parts} />
      {state.open === null ? <List {...parts} /> : null}
      {state.open?.kind === "one" && state.open.contact !== null ? (
        <One {...parts} contact={state.open.contact} />
      ) : null}
      {state.open?.kind === "form" && state.book !== null ? (
        <ContactForm
          contact={state.open.contact}
          limits={state.book.limits}
          words={words}
          save={store.save}
          cancel={store.back}
        />
      ) : null}
    </Stack>
  )
}

type PartProps = { readonly store: ContactsStore; readonly state: ContactsState; readonly words: ContactWords }

/** What was done last, and the way back from it. */
function Done({ store, state: { done }, words }: PartProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  if (done === null) return null
  const undo = async () => {
    setIsBusy(true)
    setProblem(null)
    await store.undo().catch((error: unknown) => setProblem(explainContact(error, words)))
    setIsBusy(false)
  }
  return (
    <Alert
      color="green"
      role="status"
      title={words.done[done.kind](titleOf(done.contact) || words.nameless)}
      withCloseButton
      closeButtonLabel={words.close}
      onClose={store.dismiss}
    >
      <ProblemAlert problem={problem} />
      <Button variant="default" size="compact-md" loading={isBusy} onClick={() => void undo()}>
        {words.undo}
      </Button>
    </Alert>
  )
}

function List(parts: PartProps) {
  const { store, state, words } = parts
  return (
    <>
      <Group align="flex-end" wrap="nowrap">
        <TextInput
          className={classes.search}
          type="search"
          label={words.search}
          description={words.searchHint}
          autoComplete="off"
          data-autofocus
          value={state.text}
          onChange={({ currentTarget }) => store.find(currentTarget.value)}
        />
        {state.book?.permission === "read-write" ? <Button onClick={() => store.edit(null)}>{words.add}</Button> : null}
      </Group>
      <Found {...parts} />
    </>
  )
}

/** Those who were found, or why there is nobody. */
function Found({ store, state, words }: PartProps) {
  const condition = conditionOf(state, true)
  const { shown, moreCount } = foundIn(state)
  if (condition === "reading")
    return (
      <Group py="md" role="status">
        <Loader size="sm" aria-hidden />
        <Text>{words.reading}</Text>
      </Group>
    )
  const again = (
    <Button variant="default" size="compact-md" loading={state.isReading} onClick={() => void store.read()}>
      {words.tryAgain}
    </Button>
  )
  return (
    <>
      {state.problem === null ? null : (
        <Stack gap="xs" align="flex-start">
          <ProblemAlert
            problem={`${explainContact(state.problem, words)} ${condition === "unread" ? "" : words.asBefore}`.trim()}
          />
          {again}
        </Stack>
      )}
      {condition === "empty" ? <Text>{words.empty}</Text> : null}
      {condition === "nobody" ? <Text role="status">{words.nobody(state.text)}</Text> : null}
      {condition === "fine" ? (
        <ul className={classes.list}>
          {shown.map((contact) => (
            <li key={contact.id}>
              <button type="button" className={classes.one} onClick={() => store.show(contact)}>
                <strong>{titleOf(contact) || words.nameless}</strong>
                <Text size="sm" c="dimmed" component="span">
                  {secondLine(contact)}
                </Text>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {moreCount > 0 ? <Text c="dimmed">{words.more(moreCount)}</Text> : null}
      {(state.book?.malformedCount ?? 0) > 0 ? (
        <Text size="sm" c="dimmed">
          {words.malformed(state.book?.malformedCount ?? 0)}
        </Text>
      ) : null}
    </>
  )
}

function secondLine(contact: Contact): string {
  const title = titleOf(contact)
  return [contact.organisation, contact.emails[0] ?? contact.phones[0]?.number ?? ""]
    .filter((text) => text !== "" && text !== title)
    .join(" · ")
}

/** Somebody, with what is known of them and what can be done. */
function One({ store, state, words, contact }: PartProps & { readonly contact: Contact }) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const remove = async () => {
    setIsBusy(true)
    setProblem(null)
    await store.remove(contact).catch((error: unknown) => {
      setProblem(explainContact(error, words))
      setIsBusy(false)
    })
  }
  return (
    <Stack component="section" aria-label={titleOf(contact) || words.nameless}>
      <Anchor component="button" type="button" onClick={store.back} w="fit-content">
        ← {words.contacts}
      </Anchor>
      <h3 className={classes.name}>{titleOf(contact) || words.nameless}</h3>
      <dl className={classes.facts}>
        {contact.organisation === "" ? null : (
          <div>
            <dt>{words.organisation}</dt>
            <dd>{contact.organisation}</dd>
          </div>
        )}
        {contact.emails.map((address) => (
          <div key={address}>
            <dt>{words.email}</dt>
            <dd>
              <Anchor href={`mailto:${encodeURIComponent(address)}`}>{address}</Anchor>
            </dd>
          </div>
        ))}
        {contact.phones.map(({ kind, number }) => (
          <div key={`${kind} ${number}`}>
            <dt>{words.phones[kind]}</dt>
            <dd>
              <Anchor href={`tel:${number.replace(/[^+\d]/g, "")}`}>{number}</Anchor>
            </dd>
          </div>
        ))}
      </dl>
      <ProblemAlert problem={problem} />
      {state.book?.permission === "read-write" ? (
        <Group>
          <Button onClick={() => store.edit(contact)}>{words.edit}</Button>
          <Button variant="light" color="red" loading={isBusy} onClick={() => void remove()}>
            {words.remove}
          </Button>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          {words.readOnly}
        </Text>
      )}
    </Stack>
  )
}
