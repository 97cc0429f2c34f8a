import type { RolloutView, TenantView } from "@kalends/protocol/tenants"
import { relativeTime } from "@kalends/ui/words"
import { Alert, Card, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core"
import { tenantApi } from "./api-tenants.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { GoButton, PageFrame, type PageProps, Waiting } from "./page-parts.tsx"
import { placeText } from "./place.ts"
import classes from "./portal.module.css"
import { countWords, stateWord } from "./rollout-words.ts"
import { openedText, TenantState, tenantName } from "./tenant-words.tsx"
import { useLoaded } from "./use-loaded.ts"

/** All connections to organisations, and the last work over many people. */
export function TenantList({ handed, ...props }: PageProps & HandProps) {
  const { words } = props
  const list = useLoaded(async () => {
    const [{ tenants }, rollouts] = await Promise.all([tenantApi.tenants(), tenantApi.rollouts()])
    return { tenants, rollouts }
  })
  const tenants = list.value?.tenants ?? []
  return (
    <PageFrame
      title={words.tenants.connections}
      {...(tenants.length === 0 ? {} : { text: words.tenants.connectTenantText })}
      action={
        tenants.length === 0 ? null : (
          <GoButton isMain place={{ kind: "connect", method: null }} label={words.tenants.connectTenant} />
        )
      }
    >
      {handed.notice === null ? null : (
        <Alert color="green" role="status">
          {handed.notice}
        </Alert>
      )}
      {list.value === null ? (
        <Waiting error={list.error} words={words} retry={list.reload} />
      ) : (
        <>
          {tenants.length === 0 ? <NoTenants words={words} /> : <Tenants tenants={tenants} {...props} />}
          <LastWork {...props} rollouts={list.value.rollouts} tenants={tenants} />
        </>
      )}
    </PageFrame>
  )
}

function NoTenants({ words }: Pick<PageProps, "words">) {
  return (
    <Card withBorder padding="xl">
      <Stack align="flex-start">
        <Title order={2} size="h3">
          {words.tenants.noTenants}
        </Title>
        <Text className={classes.prose}>{words.tenants.noTenantsText}</Text>
        <GoButton isMain place={{ kind: "connect", method: null }} label={words.tenants.connectTenant} />
      </Stack>
    </Card>
  )
}

function Tenants({ tenants, ...props }: PageProps & { readonly tenants: readonly TenantView[] }) {
  return (
    <Stack gap="sm" component="ul" className={classes.plainList}>
      {tenants.map((tenant) => (
        <li key={tenant.tenantConnectionId}>
          <Card withBorder padding={0}>
            <UnstyledButton
              component="a"
              href={`#${placeText({ kind: "tenant", tenantConnectionId: tenant.tenantConnectionId })}`}
              className={classes.cardButton}
            >
              <Text fw={600}>{tenantName(tenant)}</Text>
              <TenantState tenant={tenant} {...props} />
              <Text c="dimmed" size="sm">
                {openedText(tenant, props.words)}
                {" · "}
                {props.words.tenants.methodNames[tenant.method] ?? tenant.method}
              </Text>
            </UnstyledButton>
          </Card>
        </li>
      ))}
    </Stack>
  )
}

type WorkProps = PageProps & {
  readonly rollouts: readonly RolloutView[]
  readonly tenants: readonly TenantView[]
}

/** The last work over many people, each with how it stands. Nothing where nothing could have been done. */
export function LastWork({ rollouts, tenants, words, locale, now }: WorkProps) {
  if (rollouts.length === 0 && tenants.length === 0) return null
  const nameOf = (id: string) => tenants.find(({ tenantConnectionId }) => tenantConnectionId === id)?.providerLabel
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {words.rollouts.lastWork}
      </Title>
      {rollouts.length === 0 ? <Text c="dimmed">{words.rollouts.noWork}</Text> : null}
      <ul className={classes.people}>
        {rollouts.map((rollout) => (
          <li key={rollout.rolloutId} className={classes.person}>
            <UnstyledButton
              component="a"
              href={`#${placeText({ kind: "rollout", rolloutId: rollout.rolloutId })}`}
              className={classes.workLink}
            >
              <Group justify="space-between" gap="xs">
                <Text fw={600}>
                  {[words.rollouts.workNames[rollout.kind], nameOf(rollout.tenantConnectionId)]
                    .filter(Boolean)
                    .join(": ")}
                </Text>
                <Text size="sm" c="dimmed">
                  {relativeTime(Temporal.Instant.from(rollout.createdAt), now, locale)}
                </Text>
              </Group>
              <Text size="sm" c="dimmed">
                {stateWord(rollout, words)} · {countWords(rollout, words)}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  )
}
