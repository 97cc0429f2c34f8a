import { useSyncExternalStore } from "react"
import { platform } from "../platform.ts"
import { ConnectionPage } from "./connection-page.tsx"
import type { ConnectionsProps } from "./connection-words.ts"
import { ForecastPage } from "./forecast-page.tsx"
import { ConnectionList } from "./list-page.tsx"
import { connectionsPlaceOf } from "./place.ts"
import { RevocationPage } from "./revocation-page.tsx"
import { RevocationsPage } from "./revocations-page.tsx"
import { RevokePage } from "./revoke-page.tsx"

/** Every connection of the organisation, for those who answer for them. */
export function Connections({ canReadLog, ...props }: ConnectionsProps & { readonly canReadLog: boolean }) {
  const address = useSyncExternalStore(platform.onPlace, platform.placeText)
  const place = connectionsPlaceOf(address)
  switch (place.kind) {
    case "list":
      return <ConnectionList {...props} filter={place.filter} />
    case "one":
      return <ConnectionPage {...props} connectionId={place.connectionId} canReadLog={canReadLog} />
    case "forecast":
      return <ForecastPage {...props} />
    case "revoke":
      return <RevokePage key={address} {...props} scope={place.scope} />
    case "revocations":
      return <RevocationsPage {...props} />
    case "revocation":
      return <RevocationPage {...props} revocationId={place.revocationId} />
  }
}
