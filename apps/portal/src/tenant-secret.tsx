import type { TenantMethodsView, TenantView } from "@kalends/protocol/tenants"
import { Card, Text } from "@mantine/core"
import { useState } from "react"
import { tenantApi } from "./api-tenants.ts"
import type { Messages } from "./messages.ts"
import type { HandProps } from "./organisation-screen.tsx"
import { PageFrame, type PageProps, Waiting } from "./page-parts.tsx"
import { ServiceSignIn } from "./service-sign-in.tsx"
import { MethodChoice } from "./tenant-connect.tsx"
import { TenantForm } from "./tenant-form.tsx"
import { secretAct, tenantName } from "./tenant-words.tsx"
import { useLoaded } from "./use-loaded.ts"

type SecretProps = PageProps & HandProps & { readonly tenantConnectionId: string }

/** Another secret for the same organisation, by the same way of signing in or another one. */
export function SecretPage({ tenantConnectionId, ...props }: SecretProps) {
  const { words } = props
  const loaded = useLoaded(async () => {
    const [{ tenants }, methods] = await Promise.all([tenantApi.tenants(), tenantApi.methods()])
    return { tenant: tenants.find((one) => one.tenantConnectionId === tenantConnectionId), methods }
  })
  const { value } = loaded
  return (
    <PageFrame
      back={{
        label: value?.tenant === undefined ? words.tenants.connections : tenantName(value.tenant),
        place: { kind: "tenant", tenantConnectionId },
      }}
      title={secretWords(words, value?.tenant).title}
      text={secretWords(words, value?.tenant).text}
    >
      {value === null ? (
        <Waiting error={loaded.error} words={words} retry={loaded.reload} />
      ) : value.tenant === undefined ? (
        <Text>{words.tenants.tenantGone}</Text>
      ) : (
        <SecretForm tenant={value.tenant} methods={value.methods} {...props} />
      )}
    </PageFrame>
  )
}

/** A service account signs in anew; anything else is given another secret. */
const secretWords = ({ serviceSignIn, tenants }: Messages, tenant: TenantView | undefined) =>
  tenant?.opens === "rooms"
    ? { title: serviceSignIn.signInAnew, text: serviceSignIn.signInAnewText }
    : {
        title: tenant === undefined ? tenants.replaceSecret : secretAct(tenant, { serviceSignIn, tenants }),
        text: tenants.replaceSecretText,
      }

type FormProps = PageProps & HandProps & { readonly tenant: TenantView; readonly methods: TenantMethodsView }

function SecretForm({ tenant, methods, words, hand }: FormProps) {
  const [methodName, choose] = useState(tenant.method)
  const known = methods.providers.find((one) => one.provider === tenant.provider)
  // What opens everybody's calendar is not narrowed to rooms.
  const offered = known?.methods.filter(({ isBySignIn }) => !isBySignIn || tenant.opens === "rooms") ?? []
  const provider = known === undefined ? undefined : { ...known, methods: offered }
  const method = provider?.methods.find(({ name }) => name === methodName) ?? provider?.methods[0]
  if (provider === undefined || method === undefined) return <Text>{words.tenants.noMethods}</Text>
  const { tenantConnectionId } = tenant
  return (
    <>
      {provider.methods.length === 1 ? null : <MethodChoice {...{ provider, words, choose }} chosen={method.name} />}
      <Card withBorder padding="lg">
        {method.isBySignIn ? (
          <ServiceSignIn
            {...{ words, tenantConnectionId }}
            {...{ provider: tenant.provider, permission: tenant.permission, account: tenant.identity }}
          />
        ) : (
          <TenantForm
            key={method.name}
            {...{ method, words }}
            label={words.tenants.replaceSecret}
            save={async (given) => {
              await tenantApi.replaceSecret(tenantConnectionId, { method: method.name, given })
              hand({ kind: "tenant", tenantConnectionId }, { notice: words.tenants.secretReplaced })
            }}
          />
        )}
      </Card>
    </>
  )
}
