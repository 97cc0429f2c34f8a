import { escapeMarkup } from "@kalends/domain/markup"
import { words } from "./messages-manifest.ts"
import { type Feature, leastSet, requirements } from "./requirements.ts"

/** What is different from one deployment to the next. Both manifests are made of it. */
export type Deployment = {
  /** Where the add-in's pages are: the service's public address, without a slash at the end. */
  readonly service: string
  /** The add-in's own id. The same for both manifests, so that Outlook takes one for the other's successor. */
  readonly addinId: string
  /**
   * "1.2.3", the product's own; the XML manifest has a fourth number, 0. An uploaded manifest stays as it is until another with
   * a higher version is uploaded (docs/outlook-addin.md).
   */
  readonly version: string
}

/** A button of the ribbon; "pane" opens the task pane, the others run a function. */
const buttons = [
  { id: "add", kind: "function" },
  { id: "pane", kind: "pane" },
  { id: "remove", kind: "function" },
] as const
export type FunctionName = "add" | "remove"

/** Which function runs at which event; each is asked for only where its own set is there. */
export const wakings = [
  { feature: "every-new-event", unified: "newAppointmentOrganizerCreated", run: "newEvent" },
  { feature: "follows-time", unified: "appointmentTimeChanged", run: "timeChanged" },
  { feature: "follows-series", unified: "appointmentRecurrenceChanged", run: "seriesChanged" },
  { feature: "checks-at-send", unified: "appointmentSending", run: "sending" },
] as const satisfies readonly { readonly feature: Feature; readonly unified: string; readonly run: string }[]

const iconSizes = [16, 32, 80] as const
/** Of the phones' one button, each at three densities, grey as Microsoft asks for. */
const phoneSizes = [25, 32, 48] as const
const phoneScales = [1, 2, 3] as const
export const phonePixels = [...new Set(phoneSizes.flatMap((size) => phoneScales.map((scale) => size * scale)))]
const page = ({ service }: Deployment, place: string) => `${service}/outlook/${place}`
const icon = (deployment: Deployment, size: number) => page(deployment, `assets/icon-${size}.png`)

/**
 * The manifest in Microsoft's older XML format: for Outlook on Mac, on mobile devices and on an Exchange server of one's
 * own. Permission ReadWriteItem, because it writes the location; AppendOnSend, because lines may wait for sending. Nothing
 * reaches beyond the event that is open.
 */
export function xmlManifest(deployment: Deployment): string {
  const { en } = words
  return `<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0" xmlns:mailappor="http://schemas.microsoft.com/office/mailappversionoverrides/1.0" xsi:type="MailApp">
  <Id>${deployment.addinId}</Id>
  <Version>${deployment.version}.0</Version>
  <ProviderName>Kalends</ProviderName>
  <DefaultLocale>en-US</DefaultLocale>
  <DisplayName DefaultValue="${en.name}">${inJapanese("name")}</DisplayName>
  <Description DefaultValue="${en.description}">${inJapanese("description")}</Description>
  <IconUrl DefaultValue="${icon(deployment, 64)}"/>
  <HighResolutionIconUrl DefaultValue="${icon(deployment, 128)}"/>
  <SupportUrl DefaultValue="${deployment.service}/"/>
  <AppDomains><AppDomain>${deployment.service}</AppDomain></AppDomains>
  <Hosts><Host Name="Mailbox"/></Hosts>
  <Requirements><Sets><Set Name="Mailbox" MinVersion="${leastSet}"/></Sets></Requirements>
  <FormSettings>
    <Form xsi:type="ItemEdit"><DesktopSettings><SourceLocation DefaultValue="${page(deployment, "")}"/></DesktopSettings></Form>
  </FormSettings>
  <Permissions>ReadWriteItem</Permissions>
  <Rule xsi:type="ItemIs" ItemType="Appointment" FormType="Edit"/>
  <DisableEntityHighlighting>true</DisableEntityHighlighting>
  <VersionOverrides xmlns="http://schemas.microsoft.com/office/mailappversionoverrides" xsi:type="VersionOverridesV1_0">
${overrides(deployment, "1.0")}
    <VersionOverrides xmlns="http://schemas.microsoft.com/office/mailappversionoverrides/1.1" xsi:type="VersionOverridesV1_1">
${overrides(deployment, "1.1")}
      <ExtendedPermissions><ExtendedPermission>AppendOnSend</ExtendedPermission></ExtendedPermissions>
    </VersionOverrides>
  </VersionOverrides>
</OfficeApp>
`
}

const inJapanese = (name: keyof typeof words.ja) => `<Override Locale="ja-JP" Value="${escapeMarkup(words.ja[name])}"/>`

/** Shared folders and events that wake the add-in are known to version 1.1 of the overrides alone. */
function overrides(deployment: Deployment, version: "1.0" | "1.1"): string {
  const isNew = version === "1.1"
  return `      <Requirements><bt:Sets DefaultMinVersion="${leastSet}"><bt:Set Name="Mailbox"/></bt:Sets></Requirements>
      <Hosts>
        <Host xsi:type="MailHost">
          ${isNew ? '<Runtimes><Runtime resid="commands"><Override type="javascript" resid="functions"/></Runtime></Runtimes>' : ""}
          <DesktopFormFactor>
            ${isNew ? "<SupportsSharedFolders>true</SupportsSharedFolders>" : ""}
            <FunctionFile resid="commands"/>
            <ExtensionPoint xsi:type="AppointmentOrganizerCommandSurface">
              <OfficeTab id="TabDefault">
                <Group id="kalends.group">
                  <Label resid="group"/>
${buttons.map(control).join("\n")}
                </Group>
              </OfficeTab>
            </ExtensionPoint>
            ${isNew ? launchEvents() : ""}
          </DesktopFormFactor>
          ${isNew ? phone() : ""}
        </Host>
      </Hosts>
${resources(deployment)}`
}

function control({ id, kind }: (typeof buttons)[number]): string {
  const action =
    kind === "pane"
      ? '<Action xsi:type="ShowTaskpane"><SourceLocation resid="taskpane"/></Action>'
      : `<Action xsi:type="ExecuteFunction"><FunctionName>${id}</FunctionName></Action>`
  const icons = iconSizes.map((size) => `<bt:Image size="${size}" resid="icon${size}"/>`).join("")
  return `                  <Control xsi:type="Button" id="kalends.${id}"><Label resid="${id}"/><Supertip><Title resid="${id}"/><Description resid="${id}Tip"/></Supertip><Icon>${icons}</Icon>${action}</Control>`
}

/**
 * Outlook on iOS and Android shows meeting services where one switches "online meeting" on, and runs one function for it; of the
 * events that wake an add-in they know those of messages alone (learn.microsoft.com, "Create an Outlook add-in for an
 * online-meeting provider" and "Outlook JavaScript APIs supported in Outlook on mobile devices", seen 2026-11-30).
 */
function phone(): string {
  const images = phoneSizes.flatMap((size) =>
    phoneScales.map((scale) => `<bt:Image size="${size}" scale="${scale}" resid="phone${size * scale}"/>`),
  )
  return `<MobileFormFactor>
            <FunctionFile resid="commands"/>
            <ExtensionPoint xsi:type="MobileOnlineMeetingCommandSurface">
              <Control xsi:type="MobileButton" id="kalends.phone"><Label resid="phone"/><Icon xsi:type="bt:MobileIconList">${images.join("")}</Icon><Action xsi:type="ExecuteFunction"><FunctionName>add</FunctionName></Action></Control>
            </ExtensionPoint>
          </MobileFormFactor>`
}

function launchEvents(): string {
  const events = wakings.map(({ feature, run }) => {
    const mode = feature === "checks-at-send" ? ' SendMode="SoftBlock"' : ""
    return `<LaunchEvent Type="${requirements[feature].event}" FunctionName="${run}"${mode}/>`
  })
  return `<ExtensionPoint xsi:type="LaunchEvent"><LaunchEvents>${events.join("")}</LaunchEvents><SourceLocation resid="commands"/></ExtensionPoint>`
}

const shortNames = ["group", "add", "pane", "remove", "phone"] as const
const longNames = ["addTip", "paneTip", "removeTip"] as const

function resources(deployment: Deployment): string {
  const text = (name: keyof typeof words.en) =>
    `<bt:String id="${name}" DefaultValue="${escapeMarkup(words.en[name])}"><bt:Override Locale="ja-JP" Value="${escapeMarkup(words.ja[name])}"/></bt:String>`
  const url = (id: string, place: string) => `<bt:Url id="${id}" DefaultValue="${page(deployment, place)}"/>`
  const image = (id: string, place: string) => `<bt:Image id="${id}" DefaultValue="${page(deployment, place)}"/>`
  const images = [
    ...iconSizes.map((size) => image(`icon${size}`, `assets/icon-${size}.png`)),
    ...phonePixels.map((pixels) => image(`phone${pixels}`, `assets/phone-${pixels}.png`)),
  ]
  return `      <Resources>
        <bt:Images>${images.join("")}</bt:Images>
        <bt:Urls>${url("taskpane", "")}${url("commands", "commands")}${url("functions", "functions.js")}</bt:Urls>
        <bt:ShortStrings>${shortNames.map(text).join("")}</bt:ShortStrings>
        <bt:LongStrings>${longNames.map(text).join("")}</bt:LongStrings>
      </Resources>`
}

const schemaVersion = "1.27"

/** The unified manifest for Microsoft 365, of the same description; Outlook on the web and on Windows take it. */
export function unifiedManifest(deployment: Deployment): unknown {
  const { en } = words
  const delegated = (name: string) => ({ name, type: "Delegated" })
  return {
    $schema: `https://developer.microsoft.com/json-schemas/teams/v${schemaVersion}/MicrosoftTeams.schema.json`,
    manifestVersion: schemaVersion,
    id: deployment.addinId,
    version: deployment.version,
    name: { short: en.name, full: en.name },
    description: { short: en.description, full: en.description },
    developer: {
      name: "Kalends",
      websiteUrl: `${deployment.service}/`,
      privacyUrl: `${deployment.service}/`,
      termsOfUseUrl: `${deployment.service}/`,
    },
    icons: { color: "color.png", outline: "outline.png" },
    accentColor: "#37558f",
    localizationInfo: { defaultLanguageTag: "en", additionalLanguages: [{ languageTag: "ja", file: "ja.json" }] },
    validDomains: [new URL(deployment.service).host],
    authorization: {
      permissions: {
        resourceSpecific: [
          ...["MailboxItem.ReadWrite.User", "Mailbox.AppendOnSend.User", "Mailbox.SharedFolder"].map(delegated),
        ],
      },
    },
    extensions: [extension(deployment)],
  }
}

const mailbox = (minVersion: string) => ({ scopes: ["mail"], capabilities: [{ name: "Mailbox", minVersion }] })

function extension(deployment: Deployment): unknown {
  const actions = [
    ...buttons.filter(({ kind }) => kind === "function").map(({ id }) => id),
    ...wakings.map(({ run }) => run),
  ]
  return {
    requirements: mailbox(leastSet),
    runtimes: [
      {
        id: "pane",
        type: "general",
        code: { page: page(deployment, "") },
        lifetime: "short",
        actions: [{ id: "pane", type: "openPage", view: "pane", pinnable: false }],
      },
      {
        id: "commands",
        type: "general",
        code: { page: page(deployment, "commands"), script: page(deployment, "functions.js") },
        lifetime: "short",
        actions: actions.map((id) => ({ id, type: "executeFunction" })),
      },
    ],
    ribbons: [ribbon(deployment)],
    autoRunEvents: wakings.map(({ feature, unified, run }) => ({
      requirements: mailbox(requirements[feature].since),
      events: [
        {
          type: unified,
          actionId: run,
          ...(feature === "checks-at-send" ? { options: { sendMode: "softBlock" } } : {}),
        },
      ],
    })),
  }
}

function ribbon(deployment: Deployment): unknown {
  const icons = iconSizes.map((size) => ({ size, url: icon(deployment, size) }))
  const { en } = words
  const controls = buttons.map(({ id }) => ({
    ...{ id: `kalends.${id}`, type: "button", label: en[id], icons, actionId: id },
    supertip: { title: en[id], description: en[`${id}Tip`] },
  }))
  return {
    contexts: ["meetingDetailsOrganizer"],
    tabs: [{ builtInTabId: "TabDefault", groups: [{ id: "kalends.group", label: en.group, icons, controls }] }],
  }
}

/** What the unified manifest's package has beside it for Japanese. */
export function japaneseWords(): unknown {
  const { ja } = words
  const labels = buttons.map(({ id }, index) => {
    const place = `extensions[0].ribbons[0].tabs[0].groups[0].controls[${index}]`
    return [
      [`${place}.label`, ja[id]],
      [`${place}.supertip.title`, ja[id]],
      [`${place}.supertip.description`, ja[`${id}Tip`]],
    ] as const
  })
  return {
    $schema: `https://developer.microsoft.com/json-schemas/teams/v${schemaVersion}/MicrosoftTeams.Localization.schema.json`,
    ...{
      "name.short": ja.name,
      "name.full": ja.name,
      "description.short": ja.description,
      "description.full": ja.description,
    },
    ...Object.fromEntries(labels.flat()),
    "extensions[0].ribbons[0].tabs[0].groups[0].label": ja.group,
  }
}
