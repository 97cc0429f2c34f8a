import type { RemovalView } from "@kalends/protocol/api"
import { Alert, Anchor, Stack, Text } from "@mantine/core"
import { useEffect, useRef } from "react"
import type { Messages } from "./messages.ts"
import type { PortalState, PortalStore } from "./store.ts"

type NoticesProps = { readonly store: PortalStore; readonly state: PortalState; readonly words: Messages }

/** How connecting or disconnecting ended, and what is wrong. */
export function Notices({ store, state, words }: NoticesProps) {
  const { outcome, problem, removal, service } = state
  const code = problem?.code ?? outcome.problem
  const trouble = useRef<HTMLDivElement>(null)
  // A form further down may be what went wrong: the words come into view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each problem is shown anew, the same one twice as well.
  useEffect(() => {
    // Newer browsers answer with a promise, which must not be taken for the effect's end.
    void trouble.current?.scrollIntoView({ block: "center" })
  }, [problem])
  const closing = { withCloseButton: true, closeButtonLabel: words.close, onClose: store.dismiss }
  return (
    <Stack gap="sm" mb="lg">
      {service?.demoUrl ? (
        <Alert color="night" variant="light">
          {words.demo}{" "}
          <Anchor href={service.demoUrl} target="_blank" rel="noopener" fw={600} inherit>
            {words.openDemo}
          </Anchor>
        </Alert>
      ) : null}
      {code === null ? null : (
        <Alert ref={trouble} color="orange" role="alert" {...closing}>
          {words.problems[code] ?? words.tenantProblems[code] ?? problem?.message ?? words.problems.unavailable}
        </Alert>
      )}
      {outcome.connected === null ? null : (
        <Alert color="green" role="status" {...closing}>
          {outcome.connected === "rooms" ? words.serviceSignIn.signedIn : words.connectedNow}
        </Alert>
      )}
      {outcome.isConsented ? (
        <Alert color="green" role="status" {...closing}>
          {words.consentedNow}
        </Alert>
      ) : null}
      {removal === null ? null : (
        <Alert color="green" role="status" title={words.removed} {...closing}>
          <Removed removal={removal} words={words} />
        </Alert>
      )}
    </Stack>
  )
}

/** Exactly what was done. */
function Removed({ removal, words }: { readonly removal: RemovalView; readonly words: Messages }) {
  return (
    <>
      <Text size="sm">{words.secretsDeleted}</Text>
      {removal.subscriptionsStopped > 0 ? <Text size="sm">{words.stopped(removal.subscriptionsStopped)}</Text> : null}
      {removal.subscriptionsLeftToExpire > 0 ? (
        <Text size="sm">{words.leftToExpire(removal.subscriptionsLeftToExpire)}</Text>
      ) : null}
      <Text size="sm">{words.revoked[removal.grantRevoked]}</Text>
    </>
  )
}
