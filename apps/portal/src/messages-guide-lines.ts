type Permission = "read" | "read-write"

/**
 * Lines to copy for each step of a guide that has some, by the step's name. They give least: calendars alone, in chosen
 * mailboxes alone, to write only where that is wanted. (Microsoft: "Role Based Access Control for Applications in Exchange
 * Online" and "Configure impersonation"; Google: "Domain-wide delegation".)
 */
export function guideLines(permission: Permission): Readonly<Record<GuideLines, string>> {
  const verb = permission === "read" ? "Read" : "ReadWrite"
  const events = permission === "read" ? "calendar.events.readonly" : "calendar.events"
  return {
    "calendar-scope": [
      "Connect-ExchangeOnline",
      'New-ServicePrincipal -AppId <client ID> -ObjectId <object ID> -DisplayName "Kalends"',
      ...scopeOfGroup,
      `New-ManagementRoleAssignment -App <object ID> -Role "Application Calendars.${verb}" -CustomResourceScope "Kalends mailboxes"`,
    ].join("\n"),
    "calendar-scope-test": [
      "Test-ServicePrincipalAuthorization -Identity <object ID> -Resource ada@contoso.com",
      "Test-ServicePrincipalAuthorization -Identity <object ID> -Resource somebody-outside@contoso.com",
    ].join("\n"),
    "make-certificate":
      'openssl req -x509 -newkey rsa:3072 -sha256 -days 365 -nodes -subj "/CN=Kalends" -keyout kalends.key -out kalends.crt',
    "delegation-scopes": [events, "calendar.calendarlist.readonly", ...directoryScopes]
      .map((scope) => `https://www.googleapis.com/auth/${scope}`)
      .join(",\n"),
    impersonation: [
      ...scopeOfGroup,
      'New-ManagementRoleAssignment -Name "Kalends" -Role "ApplicationImpersonation" -User "CONTOSO\\svc-kalends" -CustomRecipientWriteScope "Kalends mailboxes"',
    ].join("\n"),
    delegate: [
      'Get-DistributionGroupMember "Kalends" | ForEach-Object {',
      `  Add-MailboxFolderPermission -Identity "$($_.PrimarySmtpAddress):\\Calendar" -User svc-kalends -AccessRights ${permission === "read" ? "Reviewer" : "Editor"}`,
      "}",
    ].join("\n"),
    "room-sharing": [
      "Connect-ExchangeOnline",
      "Add-MailboxPermission -Identity room@contoso.com -User svc-rooms@contoso.com -AccessRights FullAccess -InheritanceType All -AutoMapping $false",
      "Add-RecipientPermission -Identity room@contoso.com -Trustee svc-rooms@contoso.com -AccessRights SendAs -Confirm:$false",
    ].join("\n"),
    "impersonation-test":
      'Get-ManagementRoleAssignment -Role "ApplicationImpersonation" -GetEffectiveUsers | Format-List EffectiveUserName,CustomRecipientWriteScope',
    "ews-on": "Get-OrganizationConfig | Format-List EwsEnabled,EwsApplicationAccessPolicy,EwsAllowList,EwsBlockList",
  }
}

export type GuideLines =
  | "calendar-scope"
  | "calendar-scope-test"
  | "make-certificate"
  | "delegation-scopes"
  | "impersonation"
  | "impersonation-test"
  | "delegate"
  | "room-sharing"
  | "ews-on"

const directoryScopes = ["admin.directory.user.readonly", "admin.directory.resource.calendar.readonly"]

/** A group whose members are the mailboxes: who is put into it is opened, nobody else. */
const scopeOfGroup = [
  '$group = Get-Group "Kalends"',
  `New-ManagementScope -Name "Kalends mailboxes" -RecipientRestrictionFilter "MemberOfGroup -eq '$($group.DistinguishedName)'"`,
]
