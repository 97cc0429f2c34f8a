import type { MendedRoom, RoomScriptAsked } from "../ports/room-source.ts"

/**
 * PowerShell for room mailboxes, after Microsoft's pages on Set-CalendarProcessing, Add-MailboxPermission,
 * Add-RecipientPermission, Add-ADPermission, New-ManagementScope, New-ManagementRoleAssignment and "Role Based Access
 * Control for Applications in Exchange Online" (learn.microsoft.com/powershell/module/exchange, seen 2026-11-29).
 */

/** The longest that Set-CalendarProcessing takes. */
const bookingWindowDays = 1080
const scopeName = "Kalends rooms"
const scopeFilter = `"RecipientTypeDetails -eq 'RoomMailbox' -or RecipientTypeDetails -eq 'EquipmentMailbox'"`

/**
 * A text as PowerShell takes it word for word: between single quotes, of which PowerShell knows five, each doubled
 * (about_Quoting_Rules). Whatever controls a terminal, or begins a new line, is left out.
 */
export function quoted(text: string): string {
  return `'${text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").replace(/['‘’‚‛]/g, "$&$&")}'`
}

const settings = [
  "-AutomateProcessing AutoAccept",
  "-DeleteComments $false",
  "-DeleteSubject $false",
  "-AddOrganizerToSubject $false",
  "-RemovePrivateProperty $false",
  `-BookingWindowInDays ${bookingWindowDays}`,
].join(" ")

/** What a room's mailbox does with invitations, so that its screens have something to show. */
const processing = (room: string) => `Set-CalendarProcessing -Identity ${room} ${settings}`

const scope = `if (-not (Get-ManagementScope -Identity '${scopeName}' -ErrorAction SilentlyContinue)) {
  New-ManagementScope -Name '${scopeName}' -RecipientRestrictionFilter ${scopeFilter}
}`

/** Lets an application into the rooms alone. What Entra itself grants it for all mailboxes has to be taken away there. */
export function applicationScript({ addresses, identity }: RoomScriptAsked): string {
  const application = quoted(identity ?? "<application id>")
  return script("Connect-ExchangeOnline", addresses, [
    `$application = ${application}`,
    "# The object id of the enterprise application in Entra, which is another than that of the registration.",
    "$object = Read-Host 'Object id of the enterprise application'",
    "New-ServicePrincipal -AppId $application -ObjectId $object -DisplayName 'Kalends' -ErrorAction SilentlyContinue",
    scope,
    `New-ManagementRoleAssignment -App $application -Role 'Application Calendars.ReadWrite' -CustomResourceScope '${scopeName}'`,
    "foreach ($room in $rooms) {",
    `  ${processing("$room")}`,
    "  Test-ServicePrincipalAuthorization -Identity $application -Resource $room",
    "}",
  ])
}

/** Full Access and Send As for a service account on each room. */
export function delegateScript(connect: string, isOnPremises: boolean) {
  return ({ addresses, identity }: RoomScriptAsked): string =>
    script(connect, addresses, [
      `$account = ${quoted(identity ?? "<service account>")}`,
      "foreach ($room in $rooms) {",
      `  ${processing("$room")}`,
      `  ${fullAccess("$room", "$account")}`,
      `  ${sendAs("$room", "$account", isOnPremises)}`,
      "}",
    ])
}

const fullAccess = (room: string, account: string) =>
  `Add-MailboxPermission -Identity ${room} -User ${account} -AccessRights FullAccess -InheritanceType All -AutoMapping $false`

const sendAs = (room: string, account: string, isOnPremises: boolean) =>
  isOnPremises
    ? `Add-ADPermission -Identity (Get-Mailbox -Identity ${room}).DistinguishedName -User ${account} -AccessRights ExtendedRight -ExtendedRights 'Send As'`
    : `Add-RecipientPermission -Identity ${room} -Trustee ${account} -AccessRights SendAs -Confirm:$false`

/** ApplicationImpersonation over rooms and equipment alone. */
export function impersonationScript({ addresses, identity }: RoomScriptAsked): string {
  return script("# In the Exchange Management Shell:", addresses, [
    `$account = ${quoted(identity ?? "<service account>")}`,
    scope,
    `New-ManagementRoleAssignment -Name 'Kalends rooms impersonation' -Role ApplicationImpersonation -User $account -CustomRecipientWriteScope '${scopeName}'`,
    "foreach ($room in $rooms) {",
    `  ${processing("$room")}`,
    "}",
  ])
}

function script(connect: string, addresses: readonly string[], lines: readonly string[]): string {
  const rooms =
    addresses.length === 0
      ? "$rooms = (Get-Mailbox -RecipientTypeDetails RoomMailbox -ResultSize Unlimited).PrimarySmtpAddress"
      : `$rooms = @(${addresses.map(quoted).join(", ")})`
  return `${[connect, rooms, ...lines].join("\n")}\n`
}

/** The setting behind each finding. */
const mending: Readonly<Record<string, string>> = {
  "room-body-stripped": "-DeleteComments $false",
  "room-subject-stripped": "-DeleteSubject $false -AddOrganizerToSubject $false",
  "room-subject-organizer": "-AddOrganizerToSubject $false -DeleteSubject $false",
  "room-not-accepted": "-AutomateProcessing AutoAccept",
  "room-window-short": `-BookingWindowInDays ${bookingWindowDays}`,
  "room-window-unread": `-BookingWindowInDays ${bookingWindowDays}`,
  "room-private-unread": "-RemovePrivateProperty $false",
}

/** `delegates`: by which methods a service account opens what is shared with it. */
export function mailboxLine(delegates: readonly string[], isOnPremises: boolean) {
  return (code: string, { address, by }: MendedRoom): string | null => {
    const room = quoted(address)
    const setting = mending[code]
    if (setting !== undefined) return `Set-CalendarProcessing -Identity ${room} ${setting}`
    if (by === null || !delegates.includes(by.method)) return null
    const account = quoted(by.identity)
    switch (code) {
      case "room-not-shared":
      case "room-read-only":
        return fullAccess(room, account)
      case "room-send-as-unread":
        return sendAs(room, account, isOnPremises)
      default:
        return null
    }
  }
}
