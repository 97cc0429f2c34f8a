import type { ServiceView } from "@kalends/protocol/api"
import { Card, Radio, Stack, Text, Title } from "@mantine/core"
import { useState } from "react"
import { tenantApi } from "./api-tenants.ts"
import type { Messages } from "./messages.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { PageFrame, type PageProps, Waiting } from "./page-parts.tsx"
import classes from "./portal.module.css"
import { ServiceSignIn } from "./service-sign-in.tsx"
import { TenantForm } from "./tenant-form.tsx"
import { MethodGuide } from "./tenant-guide.tsx"
import type { Provider } from "./tenants.ts"
import { useLoaded } from "./use-loaded.ts"

type ConnectProps = PageProps &
  HandProps & {
    readonly service: ServiceView | null
    /** The way that is chosen at first; null: the first that there is. */
    readonly method: string | null
  }

/** A whole organisation is connected: which service, how Kalends signs in there, and what it may do at most. */
export function ConnectTenant(props: ConnectProps) {
  const { words } = props
  const methods = useLoaded(tenantApi.methods)
  return (
    <PageFrame
      back={{ label: words.tenants.connections, place: { kind: "list" } }}
      title={words.tenants.connectTenant}
      text={words.tenants.noTenantsText}
    >
      {methods.value === null ? (
        <Waiting error={methods.error} words={words} retry={methods.reload} />
      ) : methods.value.providers.length === 0 ? (
        <Text>{words.tenants.noMethods}</Text>
      ) : (
        <Choices providers={methods.value.providers} {...props} />
      )}
    </PageFrame>
  )
}

type Permission = "read" | "read-write"

type ChoicesProps = ConnectProps & { readonly providers: readonly Provider[] }

function Choices({ providers, service, method: first, words, hand }: ChoicesProps) {
  const meant = providers.find(({ methods }) => methods.some(({ name }) => name === first)) ?? providers[0]
  const [providerName, chooseProvider] = useState(meant?.provider ?? "")
  const [methodName, chooseMethod] = useState(first)
  const [chosen, choosePermission] = useState<Permission | null>(null)
  const provider = providers.find((one) => one.provider === providerName)
  const method = provider?.methods.find(({ name }) => name === methodName) ?? provider?.methods[0]
  if (provider === undefined || method === undefined) return <Text>{words.tenants.noMethods}</Text>
  // Rooms that can only be read cannot be booked at their screens.
  const permission = chosen ?? (method.isBySignIn ? "read-write" : "read")
  const hasConsent = service?.providers.some(({ name, hasAdminConsent }) => name === providerName && hasAdminConsent)
  return (
    <>
      <Stack gap="lg">
        {providers.length === 1 ? null : (
          <Radio.Group label={words.tenants.chooseProvider} value={providerName} onChange={chooseProvider}>
            <div className={classes.choices}>
              {providers.map((one) => (
                <Radio key={one.provider} value={one.provider} label={one.label} />
              ))}
            </div>
          </Radio.Group>
        )}
        <MethodChoice {...{ provider, words }} chosen={method.name} choose={chooseMethod} />
        <PermissionChoice {...{ words, permission }} choose={choosePermission} />
      </Stack>
      <section>
        <Title order={2} size="h3" mb="md">
          {words.tenants.guideTitle}
        </Title>
        <MethodGuide
          {...{ permission, words }}
          method={method.name}
          consentUrl={hasConsent === true ? `/v1/consent/${providerName}` : null}
        />
      </section>
      <Card withBorder padding="lg">
        <Title order={2} size="h3" mb="md">
          {words.tenants.formTitle}
        </Title>
        {method.isBySignIn ? (
          <ServiceSignIn {...{ words, permission }} provider={providerName} tenantConnectionId={null} account="" />
        ) : (
          <TenantForm
            key={`${providerName} ${method.name}`}
            {...{ method, words }}
            label={words.connect}
            save={async (given) => {
              const made = await tenantApi.connect({ provider: providerName, method: method.name, permission, given })
              const place = { kind: "tenant", tenantConnectionId: made.tenantConnectionId } as const
              hand(place, { notice: words.tenants.tenantConnectedNow(made.providerLabel) })
            }}
          />
        )}
      </Card>
    </>
  )
}

type MethodProps = {
  readonly provider: Provider
  readonly words: Messages
  readonly chosen: string
  readonly choose: (name: string) => void
}

/** How Kalends signs in, each way with one sentence. */
export function MethodChoice({ provider, words, chosen, choose }: MethodProps) {
  return (
    <Radio.Group label={words.tenants.chooseMethod} value={chosen} onChange={choose}>
      <Stack gap="sm" mt="xs">
        {provider.methods.map(({ name }) => (
          <Radio
            key={name}
            value={name}
            label={words.tenants.methodNames[name] ?? name}
            description={words.tenants.methodTexts[name]}
          />
        ))}
      </Stack>
    </Radio.Group>
  )
}

type PermissionProps = {
  readonly words: Messages
  readonly permission: Permission
  readonly choose: (permission: Permission) => void
  /** True where no more than reading can be chosen. */
  readonly isReadOnly?: boolean
}

/** Reading, or writing as well. */
export function PermissionChoice({ words, permission, choose, isReadOnly = false }: PermissionProps) {
  return (
    <Radio.Group
      label={words.tenants.mostPermission}
      value={permission}
      onChange={(value) => choose(value === "read-write" ? "read-write" : "read")}
    >
      <Stack gap="sm" mt="xs">
        <Radio value="read" label={words.read} description={words.tenants.mostRead} />
        <Radio
          value="read-write"
          label={words.readWrite}
          description={isReadOnly ? words.rollouts.readOnlyTenant : words.tenants.mostReadWrite}
          disabled={isReadOnly}
        />
      </Stack>
    </Radio.Group>
  )
}
