import type { ServiceView } from "@kalends/protocol/api"
import { useState, useSyncExternalStore } from "react"
import { CheckupPage } from "./checkup-page.tsx"
import type { PageProps } from "./page-parts.tsx"
import { type Place, placeOf, placeText } from "./place.ts"
import { platform } from "./platform.ts"
import { BeginPage } from "./rollout-begin.tsx"
import { RolloutPage } from "./rollout-page.tsx"
import { ConnectTenant } from "./tenant-connect.tsx"
import { DirectoryPage } from "./tenant-directory.tsx"
import { TenantList } from "./tenant-list.tsx"
import { TenantPage } from "./tenant-page.tsx"
import { SecretPage } from "./tenant-secret.tsx"

type OrganisationProps = PageProps & { readonly service: ServiceView | null }

/** What one page hands to the next one. It is not in the address, so that reloading forgets it. */
type Handed = {
  /** Addresses that were selected in a directory. */
  readonly emails: readonly string[]
  /** How something ended, said once. */
  readonly notice: string | null
}
const nothing: Handed = { emails: [], notice: null }

export type HandProps = {
  readonly handed: Handed
  /** Goes to a page and tells it what it cannot know. */
  readonly hand: (place: Place, handed: Partial<Handed>) => void
}

/** Connections to whole organisations, and work over many people; for administrators. */
export function Organisation({ service, ...props }: OrganisationProps) {
  const text = useSyncExternalStore(platform.onPlace, platform.placeText)
  const [kept, keep] = useState<{ readonly forText: string; readonly handed: Handed } | null>(null)
  const hand: HandProps["hand"] = (place, handed) => {
    keep({ forText: placeText(place), handed: { ...nothing, ...handed } })
    platform.goToPlace(placeText(place))
  }
  const handed = kept?.forText === text ? kept.handed : nothing
  return <PageOf place={placeOf(text)} service={service} {...props} {...{ handed, hand }} key={text} />
}

function PageOf({ place, service, ...props }: OrganisationProps & HandProps & { readonly place: Place }) {
  switch (place.kind) {
    case "list":
      return <TenantList {...props} />
    case "connect":
      return <ConnectTenant service={service} method={place.method} {...props} />
    case "tenant":
      return <TenantPage {...place} {...props} />
    case "secret":
      return <SecretPage {...place} {...props} />
    case "directory":
      return <DirectoryPage {...place} {...props} />
    case "checkup":
      return <CheckupPage {...place} {...props} />
    case "begin":
      return <BeginPage {...place} {...props} />
    case "rollout":
      return <RolloutPage {...place} {...props} />
  }
}
