import type { GroupsView } from "@kalends/protocol/groups"
import type { TenantView } from "@kalends/protocol/tenants"
import { useSending } from "@kalends/ui/use-sending"
import { Alert, Button, Card, Group, NativeSelect, Radio, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { api } from "./api.ts"
import { tenantApi } from "./api-tenants.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { GoButton, PageFrame, type PageProps, Trouble, Waiting } from "./page-parts.tsx"
import { PermissionChoice } from "./tenant-connect.tsx"
import { tenantName } from "./tenant-words.tsx"
import { useLoaded } from "./use-loaded.ts"

type Work = "connect" | "migrate"
type BeginProps = PageProps & HandProps & { readonly work: Work; readonly tenantConnectionId: string }

/** Many people are connected, or moved: by which connection, whom, and what may be done. */
export function BeginPage({ work, tenantConnectionId, ...props }: BeginProps) {
  const { words } = props
  const loaded = useLoaded(async () => {
    const [{ tenants }, groups] = await Promise.all([tenantApi.tenants(), api.groups()])
    return { tenants, groups }
  })
  const tenants = loaded.value?.tenants ?? []
  const tenant = tenants.find((one) => one.tenantConnectionId === tenantConnectionId)
  const back =
    tenant === undefined
      ? ({ label: words.tenants.connections, place: { kind: "list" } } as const)
      : ({ label: tenantName(tenant), place: { kind: "tenant", tenantConnectionId } } as const)
  return (
    <PageFrame back={back} title={words.rollouts.beginTitles[work]} text={words.rollouts.beginTexts[work]}>
      {loaded.value === null ? (
        <Waiting error={loaded.error} words={words} retry={loaded.reload} />
      ) : tenants.length === 0 ? (
        <Stack align="flex-start">
          <Text>{words.rollouts.noTenantsToUse}</Text>
          <GoButton isMain place={{ kind: "connect", method: null }} label={words.tenants.connectTenant} />
        </Stack>
      ) : (
        <BeginForm {...props} work={work} tenants={tenants} groups={loaded.value.groups} first={tenant ?? tenants[0]} />
      )}
    </PageFrame>
  )
}

type FormProps = PageProps &
  HandProps & {
    readonly work: Work
    readonly tenants: readonly TenantView[]
    readonly groups: GroupsView
    readonly first: TenantView | undefined
  }
type Whom = "everybody" | "group" | "selected"
const isWhom = (text: string): text is Whom => text === "everybody" || text === "group" || text === "selected"

function BeginForm({ work, tenants, groups, first, words, handed, hand }: FormProps) {
  const [tenantConnectionId, chooseTenant] = useState(first?.tenantConnectionId ?? "")
  const [whom, chooseWhom] = useState<Whom>(
    handed.emails.length > 0 ? "selected" : groups.groups.length > 0 ? "group" : "everybody",
  )
  const [groupId, chooseGroup] = useState(groups.groups[0]?.groupId ?? "")
  const [wanted, choosePermission] = useState<"read" | "read-write">("read")
  const tenant = tenants.find((one) => one.tenantConnectionId === tenantConnectionId)
  const isReadOnly = tenant?.permission === "read"
  const permission = isReadOnly ? "read" : wanted
  const { isBusy, error, onSubmit } = useSending(async () => {
    const scope = {
      groupId: whom === "group" ? groupId : null,
      emails: whom === "selected" ? [...handed.emails] : null,
    }
    const { rolloutId } = await tenantApi.newRollout({ kind: work, tenantConnectionId, permission, scope })
    hand({ kind: "rollout", rolloutId }, {})
  })
  return (
    <Card withBorder padding="lg">
      <form onSubmit={onSubmit}>
        <Stack gap="lg">
          <NativeSelect
            label={words.rollouts.through[work]}
            value={tenantConnectionId}
            data={tenants.map((one) => ({ value: one.tenantConnectionId, label: tenantName(one) }))}
            onChange={({ currentTarget }) => chooseTenant(currentTarget.value)}
          />
          {tenant?.problem ? <Alert color="orange">{words.tenantProblems["tenant-connection-broken"]}</Alert> : null}
          <WhomChoice {...{ words, groups, whom, chooseWhom, groupId, chooseGroup }} selected={handed.emails.length} />
          <PermissionChoice {...{ words, permission, isReadOnly }} choose={choosePermission} />
          <Trouble error={error} words={words} />
          <Group>
            <Button type="submit" loading={isBusy} disabled={whom === "group" && groupId === ""}>
              {words.rollouts.startWork[work]}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  )
}

type WhomProps = Pick<PageProps, "words"> & {
  readonly groups: GroupsView
  readonly whom: Whom
  readonly chooseWhom: (whom: Whom) => void
  readonly groupId: string
  readonly chooseGroup: (groupId: string) => void
  /** How many were selected in the directory. */
  readonly selected: number
}

function WhomChoice({ words, groups, whom, chooseWhom, groupId, chooseGroup, selected }: WhomProps) {
  const { rollouts } = words
  const all = [groups.ungrouped, ...groups.groups].reduce((sum, { people }) => sum + people, 0)
  return (
    <div>
      <Radio.Group
        label={rollouts.forWhom}
        value={whom}
        onChange={(value) => {
          if (isWhom(value)) chooseWhom(value)
        }}
      >
        <Stack gap="sm" mt="xs">
          {selected === 0 ? null : <Radio value="selected" label={rollouts.theSelected(selected)} />}
          <Radio value="everybody" label={rollouts.everybody(all)} />
          <Radio value="group" label={rollouts.theGroup} />
        </Stack>
      </Radio.Group>
      {whom !== "group" ? null : groups.groups.length === 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          {rollouts.noGroupsYet}
        </Text>
      ) : (
        <NativeSelect
          mt="sm"
          label={rollouts.chooseGroup}
          value={groupId}
          data={groups.groups.map((group) => ({
            value: group.groupId,
            label: `${group.name} (${words.peopleOf(group.people, group.connected)})`,
          }))}
          onChange={({ currentTarget }) => chooseGroup(currentTarget.value)}
        />
      )}
    </div>
  )
}
