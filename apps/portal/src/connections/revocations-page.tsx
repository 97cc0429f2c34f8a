import type { RevocationView } from "@kalends/protocol/revocations"
import { Anchor, Text } from "@mantine/core"
import { connectionsApi } from "../api-connections.ts"
import { momentText } from "../moment.ts"
import { Trouble, Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import type { ConnectionsProps } from "./connection-words.ts"
import { ConnectionsFrame } from "./frame.tsx"
import { connectionsPlaceText } from "./place.ts"

/** What was revoked before, the newest first: each opens with what was done. */
export function RevocationsPage(props: ConnectionsProps) {
  const { words } = props
  const text = words.connections
  const { value, error, reload } = useLoaded<readonly RevocationView[]>(connectionsApi.revocations)
  return (
    <ConnectionsFrame title={text.revocations} text={text.revocationsText} words={words}>
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <>
          <Trouble error={error} words={words} />
          {value.length === 0 ? (
            <Text>{text.noRevocations}</Text>
          ) : (
            <ul className={classes.people}>
              {value.map((revocation) => (
                <Entry key={revocation.revocationId} {...props} revocation={revocation} />
              ))}
            </ul>
          )}
        </>
      )}
    </ConnectionsFrame>
  )
}

function Entry({ revocation, ...props }: ConnectionsProps & { readonly revocation: RevocationView }) {
  const { revocationId, scope, createdAt, createdBy, done, total, state } = revocation
  const text = props.words.connections
  const name = [scope.name ?? text.revokedOne, scope.providerLabel].filter((part) => part !== null).join(" · ")
  return (
    <li className={classes.entry}>
      <div>
        <Anchor href={`#${connectionsPlaceText({ kind: "revocation", revocationId })}`} className={classes.breakable}>
          {name}
        </Anchor>
        <Text size="sm" c="dimmed">
          {[momentText(createdAt, props.locale), createdBy].filter((part) => part !== null).join(" · ")}
        </Text>
      </div>
      <Text size="sm">
        {state === "done" ? "✓ " : ""}
        {text.progress(done, total)}
      </Text>
    </li>
  )
}
