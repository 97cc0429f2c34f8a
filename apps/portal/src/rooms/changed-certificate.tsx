import type { DeviceView } from "@kalends/protocol/devices"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Code, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { videoApi } from "../api-video.ts"
import { Waiting } from "../page-parts.tsx"
import { useLoaded } from "../use-loaded.ts"
import type { DeviceCardProps } from "./device-card.tsx"
import { grouped } from "./device-text.ts"

/** Whether it shows a certificate that a person has to look at. */
export const hasChangedCertificate = ({ problem }: DeviceView): boolean =>
  problem?.code === "certificate-changed" || problem?.code === "certificate-untrusted"

/** The pinned certificate and the one that is shown now, side by side: a person takes the new one, or switches the system off. */
export function ChangedCertificate({ device, words, changed }: DeviceCardProps) {
  const text = words.video
  const { deviceId, certificate } = device
  const { value: shown, error, reload } = useLoaded(() => videoApi.certificate(device.address ?? ""), deviceId)
  const [problem, setProblem] = useState<string | null>(null)
  const put = (change: Parameters<typeof videoApi.change>[1]) => {
    setProblem(null)
    void videoApi.change(deviceId, change).then(changed, (error: unknown) => setProblem(problemText(error, text)))
  }
  if (shown === null) return <Waiting error={error} words={{ ...words, problems: text.problems }} retry={reload} />
  return (
    <Stack gap="xs">
      <Fingerprint label={text.pinnedCertificate} sha256={certificate} text={text.noPin} />
      <Fingerprint label={text.shownCertificate} sha256={shown.sha256} text="" />
      <Text size="sm">{shown.subject}</Text>
      {shown.sha256 === certificate ? <Text>{text.sameAgain}</Text> : <Text>{text.compareAgain}</Text>}
      <ProblemAlert problem={problem} />
      <Group>
        <Button variant="default" onClick={() => put({ certificate: shown.sha256 })}>
          {shown.sha256 === certificate ? text.tryAgain : text.accept}
        </Button>
        <Button variant="light" color="red" onClick={() => put({ isEnabled: false })}>
          {text.refuse}
        </Button>
      </Group>
    </Stack>
  )
}

type FingerprintProps = { readonly label: string; readonly sha256: string | null; readonly text: string }

function Fingerprint({ label, sha256, text }: FingerprintProps) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      {sha256 === null ? (
        <Text size="sm">{text}</Text>
      ) : (
        <Code block style={{ whiteSpace: "pre-wrap" }}>
          {grouped(sha256)}
        </Code>
      )}
    </div>
  )
}
