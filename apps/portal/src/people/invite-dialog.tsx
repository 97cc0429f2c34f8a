import { type Role, roles } from "@kalends/domain/ability"
import type { UserView } from "@kalends/protocol/api"
import type { InvitationOutcome } from "@kalends/protocol/persons"
import { Dialog } from "@kalends/ui/dialog"
import { Button, Group, NativeSelect, Progress, Stack, Text, Textarea } from "@mantine/core"
import { useState } from "react"
import { type Invitee, peopleApi } from "../api-people.ts"
import type { Messages } from "../messages.ts"
import { Trouble } from "../page-parts.tsx"
import { type InviteList, invitedMost, inviteListOf } from "./invite-list.ts"
import { InviteOutcomes } from "./invite-outcomes.tsx"
import { inviteAll } from "./inviting.ts"

type InviteProps = {
  readonly words: Messages
  readonly user: UserView
  /** Somebody was: the list is not as it was. */
  readonly invited: () => void
}

/** Invites one person or many, and shows what came of each. */
export function InviteDialog({ words, user, invited }: InviteProps) {
  const [isOpen, setOpen] = useState(false)
  const text = words.peoplePages
  return (
    <>
      <Button onClick={() => setOpen(true)}>{text.invite}</Button>
      <Dialog isOpen={isOpen} close={() => setOpen(false)} title={text.invite} closeLabel={words.close} isWide>
        {isOpen ? <Inviting {...{ words, user, invited }} close={() => setOpen(false)} /> : null}
      </Dialog>
    </>
  )
}

type Asked = { readonly people: readonly Invitee[]; readonly role: Role }

function Inviting({ words, user, invited, close }: InviteProps & { readonly close: () => void }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const [outcomes, setOutcomes] = useState<readonly InvitationOutcome[]>([])
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (wanted: Asked, people: readonly Invitee[], before: readonly InvitationOutcome[]) => {
    setBusy(true)
    setError(null)
    setAsked(wanted)
    setOutcomes(before)
    await inviteAll(peopleApi.invite, people, {
      role: wanted.role,
      tell: (more) => setOutcomes([...before, ...more]),
    }).then(invited, setError)
    setBusy(false)
  }
  if (asked === null || (outcomes.length === 0 && !isBusy))
    return (
      <InviteForm
        {...{ words, user, close, error }}
        first={asked}
        send={(people, role) => void run({ people, role }, people, [])}
      />
    )
  const done = new Set(outcomes.map(({ email }) => email))
  const refused = new Set(outcomes.filter(mayWorkLater).map(({ email }) => email))
  const left = asked.people.filter(({ email }) => !done.has(email) || refused.has(email))
  return (
    <Stack>
      {isBusy ? (
        <div role="status">
          <Text>{words.peoplePages.inviting(outcomes.length, asked.people.length)}</Text>
          <Progress
            value={(outcomes.length / asked.people.length) * 100}
            aria-label={words.peoplePages.inviting(outcomes.length, asked.people.length)}
          />
        </div>
      ) : null}
      <Trouble error={error} words={words} />
      <InviteOutcomes words={words} outcomes={outcomes} />
      <Group justify="flex-end">
        {left.length === 0 || isBusy ? null : (
          <Button
            variant="default"
            onClick={() =>
              void run(
                asked,
                left,
                outcomes.filter(({ outcome }) => outcome === "invited"),
              )
            }
          >
            {words.peoplePages.tryRefused(left.length)}
          </Button>
        )}
        <Button onClick={close} disabled={isBusy}>
          {words.peoplePages.done}
        </Button>
      </Group>
    </Stack>
  )
}

/** Whoever is here already is so the next time, too. */
const mayWorkLater = (one: InvitationOutcome) => one.outcome === "refused" && one.code !== "email-taken"

type FormProps = Pick<InviteProps, "words" | "user"> & {
  readonly close: () => void
  readonly error: unknown
  /** What was asked for before, and refused as a whole. */
  readonly first: Asked | null
  readonly send: (people: readonly Invitee[], role: Role) => void
}

const textOf = (asked: Asked | null) =>
  (asked?.people ?? []).map(({ email, displayName }) => `${displayName} <${email}>`).join("\n")

function InviteForm({ words, user, close, error, first, send }: FormProps) {
  const [typed, setTyped] = useState(() => textOf(first))
  const [role, setRole] = useState<Role>(first?.role ?? "user")
  const text = words.peoplePages
  const list = inviteListOf(typed)
  const isTooMany = list.people.length > invitedMost
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send(list.people, role)
      }}
    >
      <Stack>
        <Text>{text.inviteText}</Text>
        <Textarea
          label={text.addresses}
          description={text.addressesHint}
          inputWrapperOrder={["label", "input", "description", "error"]}
          autosize
          minRows={4}
          maxRows={12}
          maxLength={50_000}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Understood words={words} list={list} />
        {user.abilities.includes("change-roles") ? (
          <NativeSelect
            label={text.role}
            description={text.roleTexts[role]}
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={role}
            data={roles.toReversed().map((value) => ({ value, label: words.navigation.roles[value] }))}
            onChange={({ currentTarget: { value } }) => setRole(roles.find((one) => one === value) ?? "user")}
          />
        ) : null}
        <Trouble error={error} words={words} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {text.cancel}
          </Button>
          <Button type="submit" disabled={list.people.length === 0 || isTooMany}>
            {text.inviteCount(list.people.length)}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const wrongShown = 3

/** What was made of what is typed, while it is typed. */
function Understood({ words, list }: { readonly words: Messages; readonly list: InviteList }) {
  const text = words.peoplePages
  const { people, wrong, doubled } = list
  return (
    <div role="status">
      {people.length === 0 ? null : <Text size="sm">{text.understood(people.length)}</Text>}
      {people.length > invitedMost ? (
        <Text size="sm" fw={600}>
          {text.tooMany(invitedMost)}
        </Text>
      ) : null}
      {doubled === 0 ? null : <Text size="sm">{text.doubled(doubled)}</Text>}
      {wrong.length === 0 ? null : (
        <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {text.notUnderstood(
            wrong
              .slice(0, wrongShown)
              .map((one) => `“${one.slice(0, 60)}”`)
              .join(words.policy.comma),
            Math.max(0, wrong.length - wrongShown),
          )}
        </Text>
      )}
    </div>
  )
}
