import type { RolloutView, TenantView } from "@kalends/protocol/tenants"
import { ConfirmedAct } from "@kalends/ui/dialog"
import { dateWords } from "@kalends/ui/words"
import { Alert, Button, Card, Group, Text } from "@mantine/core"
import { problemText } from "./api-problem.ts"
import { tenantApi } from "./api-tenants.ts"
import { connectionsPlaceText } from "./connections/place.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { PageFrame, type PageProps, Waiting } from "./page-parts.tsx"
import { type Place, placeText } from "./place.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { roomsPlaceText } from "./rooms/place.ts"
import { LastWork } from "./tenant-list.tsx"
import { openedText, removalText, secretAct, TenantState, tenantName } from "./tenant-words.tsx"
import { secretEnd, tenantHealth } from "./tenants.ts"
import { useLoaded } from "./use-loaded.ts"

type TenantProps = PageProps & HandProps & { readonly tenantConnectionId: string }

/** One organisation's connection: how it is, what can be done with it, and what was done last. */
export function TenantPage({ tenantConnectionId, handed, hand, ...props }: TenantProps) {
  const { words } = props
  const loaded = useLoaded(async () => {
    const [{ tenants }, rollouts] = await Promise.all([tenantApi.tenants(), tenantApi.rollouts()])
    const tenant = tenants.find((one) => one.tenantConnectionId === tenantConnectionId)
    return { tenant, rollouts: rollouts.filter((one) => one.tenantConnectionId === tenantConnectionId) }
  })
  const tenant = loaded.value?.tenant
  return (
    <PageFrame
      back={{ label: words.tenants.connections, place: { kind: "list" } }}
      title={tenant === undefined ? words.tenants.connections : tenantName(tenant)}
    >
      {handed.notice === null ? null : (
        <Alert color="green" role="status">
          {handed.notice}
        </Alert>
      )}
      {loaded.value === null ? (
        <Waiting error={loaded.error} words={words} retry={loaded.reload} />
      ) : tenant === undefined ? (
        <Text>{words.tenants.tenantGone}</Text>
      ) : (
        <Known tenant={tenant} rollouts={loaded.value.rollouts} {...props} hand={hand} />
      )}
    </PageFrame>
  )
}

type KnownProps = PageProps &
  Pick<HandProps, "hand"> & { readonly tenant: TenantView; readonly rollouts: readonly RolloutView[] }

function Known({ tenant, rollouts, hand, ...props }: KnownProps) {
  const { words } = props
  return (
    <>
      <Card withBorder padding="lg" component="section" aria-label={words.tenants.connections}>
        <TenantState tenant={tenant} {...props} />
        <Text mt={4}>{words.tenants.sentence(openedText(tenant, words))}</Text>
        <Facts tenant={tenant} {...props} />
        <Group mt="md" gap="xs">
          <SecretButton tenant={tenant} {...props} />
          <Remove tenant={tenant} words={words} hand={hand} />
        </Group>
      </Card>
      <Ways tenant={tenant} words={words} />
      <LastWork rollouts={rollouts} tenants={[tenant]} {...props} />
    </>
  )
}

/** It stands out where it is what has to be done. */
function SecretButton({ tenant, words, now }: PageProps & { readonly tenant: TenantView }) {
  const isDue = tenantHealth(tenant, now) !== "well"
  const place: Place = { kind: "secret", tenantConnectionId: tenant.tenantConnectionId }
  return (
    <Button component="a" href={`#${placeText(place)}`} variant={isDue ? "filled" : "default"}>
      {secretAct(tenant, words)}
    </Button>
  )
}

function Facts({ tenant, words, locale, now }: PageProps & { readonly tenant: TenantView }) {
  const { tenants } = words
  const end = secretEnd(tenant, now)
  const day = (text: string) => dateWords(Temporal.Instant.from(text), locale)
  const ended = end?.kind === "ended"
  const endText =
    end === null || tenant.secretExpiresAt === null
      ? null
      : `${day(tenant.secretExpiresAt)} · ${(ended ? tenants.secretEndedAgo : tenants.secretEndsIn)(end.days)}`
  const facts: readonly (readonly [string, string | null])[] = [
    [tenants.tenantFacts.tenant, tenant.tenantId],
    [tenants.tenantFacts.method, tenants.methodNames[tenant.method] ?? tenant.method],
    [tenants.tenantFacts.identity, tenant.identity],
    [words.permissionIs, tenant.permission === "read" ? words.read : words.readWrite],
    [tenants.secretEndFact, endText],
    [tenants.tenantFacts.since, day(tenant.createdAt)],
  ]
  return (
    <dl className={`${classes.facts} ${classes.factsBelow}`}>
      {facts.flatMap(([name, value]) =>
        value === null
          ? []
          : [
              <dt key={name}>{name}</dt>,
              <dd key={`${name}:`} className={classes.breakable}>
                {value}
              </dd>,
            ],
      )}
    </dl>
  )
}

/** What an organisation's connection is good for. */
function Ways({ tenant, words }: Pick<KnownProps, "tenant" | "words">) {
  const { tenants } = words
  const { tenantConnectionId } = tenant
  const begin = (work: "connect" | "migrate") => placeText({ kind: "begin", work, tenantConnectionId })
  const directory = placeText({ kind: "directory", tenantConnectionId })
  const check: Way = [
    tenants.checkSettings,
    tenants.checkSettingsText,
    placeText({ kind: "checkup", tenantConnectionId }),
  ]
  const forPeople: readonly Way[] = [
    [tenants.connectPeople, tenants.connectPeopleText, begin("connect")],
    ...(tenant.hasDirectory ? ([[tenants.openDirectory, tenants.openDirectoryText, directory]] as const) : []),
    [tenants.movePeople, tenants.movePeopleText, begin("migrate")],
  ]
  const { importRooms, importRoomsText } = words.serviceSignIn
  const forRooms: readonly Way[] = [[importRooms, importRoomsText, roomsPlaceText({ kind: "import" })]]
  const ways = [...(tenant.opens === "rooms" ? forRooms : forPeople), check]
  return (
    <ul className={`${classes.plainList} ${classes.ways}`}>
      {ways.map(([label, text, place]) => (
        <li key={label}>
          <Card component="a" href={`#${place}`} withBorder padding="lg" className={classes.way}>
            <Text fw={600}>{label}</Text>
            <Text size="sm" c="dimmed">
              {text}
            </Text>
          </Card>
        </li>
      ))}
    </ul>
  )
}

/** What it is called, what it does, and where it is. */
type Way = readonly [string, string, string]

/** Asks before the connection goes, and says how many people lose their calendar with it. */
function Remove({ tenant, words, hand }: Pick<KnownProps, "tenant" | "words" | "hand">) {
  const { tenants } = words
  return (
    <ConfirmedAct
      label={tenants.removeTenant}
      title={tenants.removeTenantTitle(tenantName(tenant))}
      keepLabel={tenants.keepTenant}
      closeLabel={words.close}
      act={async () => {
        const { connectionsRemoved, revocationId } = await tenantApi.remove(tenant.tenantConnectionId)
        if (connectionsRemoved === 0) hand({ kind: "list" }, { notice: tenants.tenantRemoved })
        else platform.goToPlace(connectionsPlaceText({ kind: "revocation", revocationId }))
      }}
      explain={(error) => problemText(error, { problems: words.tenantProblems })}
    >
      <Text>{removalText(tenant, words)}</Text>
    </ConfirmedAct>
  )
}
