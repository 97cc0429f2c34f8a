import type { UserView } from "@kalends/protocol/api"
import type { ToolDownloads, ToolSettings } from "@kalends/protocol/tools"
import { Alert, Anchor, Card, Text, Title } from "@mantine/core"
import { toolsApi } from "../api-tools.ts"
import { PageFrame, type PageProps, Waiting } from "../page-parts.tsx"
import portal from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { ConnectTool } from "./connect-tool.tsx"
import { Delegates } from "./delegates.tsx"
import { ToolDefaults } from "./tool-defaults.tsx"
import classes from "./tools.module.css"

type ToolsProps = Pick<PageProps, "words" | "locale"> & { readonly user: UserView }

/** Scheduling tools: which there are, how one is connected, and what holds when one schedules. */
export function Tools({ words, locale, user }: ToolsProps) {
  const settings = useLoaded<ToolSettings>(toolsApi.settings)
  const downloads = useLoaded<ToolDownloads>(toolsApi.downloads)
  const { tools } = words
  return (
    <PageFrame title={tools.title} text={tools.text}>
      {settings.value?.isOn === false ? <Alert color="yellow">{tools.isOff}</Alert> : null}
      {downloads.value === null ? (
        <Waiting error={downloads.error} words={words} retry={downloads.reload} />
      ) : (
        <Comparison words={words} downloads={downloads.value} />
      )}
      <div className={classes.cards}>
        <ConnectTool words={words} />
        {settings.value === null ? (
          <Waiting error={settings.error} words={words} retry={settings.reload} />
        ) : (
          <ToolDefaults words={words} settings={settings.value} />
        )}
      </div>
      <Delegates
        {...{ words, locale }}
        host={{ userId: user.userId, displayName: null }}
        may={{
          change: true,
          findPeople: user.abilities.includes("read-people"),
          readLog: user.abilities.includes("read-audit"),
        }}
      />
      {downloads.value === null ? null : <Verify words={words} downloads={downloads.value} />}
    </PageFrame>
  )
}

type DownloadProps = Pick<ToolsProps, "words"> & { readonly downloads: ToolDownloads }

/** One line for each tool: whom it suits, and where it comes from. */
function Comparison({ words, downloads }: DownloadProps) {
  const { tools } = words
  const { columns } = tools
  return (
    <section>
      <Title order={2} mb="sm">
        {tools.compare}
      </Title>
      <table className={classes.table}>
        <thead>
          <tr>
            {[columns.tool, columns.suits, columns.where, columns.setUp, columns.get].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {downloads.tools.map(({ name, files }) => {
            const text = tools.names[name]
            return (
              <tr key={name}>
                <th scope="row">{text?.name ?? name}</th>
                <td data-label={columns.suits}>{text?.suits}</td>
                <td data-label={columns.where}>{text?.where}</td>
                <td data-label={columns.setUp}>{text?.setUp}</td>
                <td data-label={columns.get}>
                  <Files words={words} tool={name} files={files} service={downloads.serviceUrl} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

type FilesProps = Pick<ToolsProps, "words"> & {
  readonly tool: string
  readonly files: ToolDownloads["tools"][number]["files"]
  readonly service: string
}

/** A tool's files, what is done with them, and where. */
function Files({ words: { tools }, tool, files, service }: FilesProps) {
  const text = tools.names[tool]
  if (files.length === 0)
    return (
      <Text span c="dimmed">
        {tools.notHere}
      </Text>
    )
  return (
    <>
      {files.map((file) => (
        <Anchor
          key={file.name}
          className={classes.file}
          href={`/v1/tools/downloads/${tool}/${file.name}`}
          aria-label={tools.download(file.name)}
        >
          {file.name}
        </Anchor>
      ))}
      <Text size="sm" c="dimmed">
        {text?.how}
      </Text>
      {text?.places(service).map(([label, address]) => (
        <Anchor key={address} size="sm" display="block" href={address} target="_blank" rel="noopener noreferrer">
          {label}
        </Anchor>
      ))}
    </>
  )
}

/** What tells the real tool from one that looks like it. */
function Verify({ words: { tools }, downloads }: DownloadProps) {
  const facts = downloads.tools.flatMap(({ name, files, applicationIds }) => {
    const tool = tools.names[name]?.name ?? name
    return [
      ...(applicationIds.length === 0
        ? []
        : [[`${tool}: ${tools.applicationIds}`, applicationIds.join(", ")] as const]),
      ...files.flatMap((file) => [
        ...(file.manifestId === null ? [] : [[`${tool}: ${tools.manifestId}`, file.manifestId] as const]),
        [tools.sha256(file.name), file.sha256] as const,
      ]),
    ]
  })
  return (
    <Card withBorder component="section">
      <Title order={2} size="h3">
        {tools.verify}
      </Title>
      <Text mt="xs" className={portal.prose}>
        {tools.verifyText}
      </Text>
      <dl className={classes.facts}>
        {[[tools.service, downloads.serviceUrl] as const, ...new Map(facts)].map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
