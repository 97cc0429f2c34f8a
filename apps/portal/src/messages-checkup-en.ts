import type { CheckupWords } from "./messages-checkup.ts"

/** The words for each setting that is looked at, in English. `{fact|else}` is filled with what was found. */
export const checkupEnglish: CheckupWords = {
  "account-locked": {
    name: "Service account",
    wrong: "The service account is locked or disabled, so nobody's calendar opens.",
    fix: "Unlock it, and find out who types its old password: every wrong try locks it again.",
    lines: 'Unlock-ADAccount -Identity "{account|svc-kalends}"\nEnable-ADAccount -Identity "{account|svc-kalends}"',
  },
  "administrator-not-admin": {
    name: "Administrator of the directory",
    wrong: "{administrator|The administrator that was named} may not read the directory of the organisation.",
    fix: "Give them a role that may read users and resources, or name somebody else.",
    steps: [
      "In admin.google.com, under Account, Admin roles, make a role with the privileges Users: Read and Calendar resources.",
      "Assign it to {administrator|the administrator}.",
      "Or choose Replace the secret here, and name another administrator.",
    ],
  },
  "api-off": {
    name: "Calendar API",
    wrong: "{api|The calendar API} is off in the project that the service account belongs to.",
    fix: "Enable it; it works after a few minutes.",
    lines: "gcloud services enable calendar-json.googleapis.com admin.googleapis.com --project={project|<project>}",
  },
  "autodiscover-wrong": {
    name: "Autodiscover",
    wrong: "Autodiscover names {found|another address} for Exchange, which is not the one that answers.",
    fix: "Correct the addresses that Exchange tells, or enter the server's address here yourself.",
    lines:
      'Get-WebServicesVirtualDirectory | Format-List Server,InternalUrl,ExternalUrl\nSet-WebServicesVirtualDirectory -Identity "EWS (Default Web Site)" -ExternalUrl https://mail.contoso.com/EWS/Exchange.asmx',
  },
  "basic-off": {
    name: "Sign-in with a password",
    wrong: "Exchange takes neither NTLM nor Basic at this address, so that the service account cannot sign in.",
    fix: "Switch NTLM on for EWS; Basic is not needed then.",
    lines: 'Set-WebServicesVirtualDirectory -Identity "EWS (Default Web Site)" -WindowsAuthentication $true',
  },
  "calendar-free-busy-only": {
    name: "What is seen of a calendar",
    wrong: "Only free and busy is seen: meetings have neither a subject nor a link to join.",
    fix: "Give the account the right to see all details of this calendar.",
    steps: [
      "In the settings of the calendar, under Share with specific people, choose “See all event details”.",
      "For rooms: in the Admin console, under Buildings and resources, share the resource's calendar in the same way.",
    ],
  },
  "calendar-read-only": {
    name: "Writing into a calendar",
    wrong: "The calendar may only be read, though meetings are to be written into it.",
    fix: "Give the right “Make changes to events”, or connect with the permission Read.",
  },
  "clock-skew": {
    name: "Clock of this service",
    wrong: "The clock here is {seconds|many} seconds off, and sign-ins are refused because of it.",
    fix: "Let the machine set its clock by itself.",
    lines: "timedatectl set-ntp true\ntimedatectl status",
  },
  "conditional-access": {
    name: "Conditional Access",
    wrong: "A Conditional Access rule for workload identities stops the sign-in from here.",
    fix: "Add this service's address to a named location that the rule lets through.",
    steps: [
      "In entra.microsoft.com, under Protection, Conditional Access, Named locations, add {address|this service's address} as a trusted IP range.",
      "In the rule for workload identities, exclude that location.",
      "Look under Sign-in logs, Service principal sign-ins, which rule it was.",
    ],
  },
  "consent-missing": {
    name: "Consent of the organisation",
    wrong: "No administrator of the organisation has consented to the application's permissions.",
    fix: "Consent once, for everybody.",
    steps: [
      "In entra.microsoft.com, under Enterprise applications, open Kalends, then Permissions.",
      "Choose Grant admin consent, signed in as a Privileged Role Administrator.",
    ],
  },
  "delegation-missing": {
    name: "Domain-wide delegation",
    wrong: "The service account may act for nobody: it has no domain-wide delegation.",
    fix: "Add its client ID in the Admin console.",
    steps: [
      "In admin.google.com, open Security, Access and data control, API controls, Manage domain-wide delegation.",
      "Choose Add new, and enter the client ID {clientId|of the service account (its Unique ID)}.",
      "Paste the scopes that the guide of this method shows.",
    ],
  },
  "delegation-scope-missing": {
    name: "Scopes of the delegation",
    wrong: "A scope is missing in the delegation: {scope|one of those that the guide shows}.",
    fix: "Edit the client ID under Manage domain-wide delegation, and paste all scopes.",
    lines: "{scope|https://www.googleapis.com/auth/calendar.events}",
  },
  "ews-agent-blocked": {
    name: "Applications that may use EWS",
    wrong: "Exchange lets only certain applications use EWS, and {agent|Kalends} is not among them.",
    fix: "Add it to the list, for the organisation and for the mailbox.",
    lines:
      'Set-OrganizationConfig -EwsAllowList @{Add="{agent|Kalends/*}"}\nSet-CASMailbox -Identity {mailbox|<mailbox>} -EwsAllowList @{Add="{agent|Kalends/*}"}',
  },
  "ews-off": {
    name: "EWS",
    wrong: "EWS is switched off, for the organisation or for this mailbox.",
    fix: "Switch it on where it is off.",
    lines:
      "Get-OrganizationConfig | Format-List EwsEnabled\nSet-OrganizationConfig -EwsEnabled $true\nSet-CASMailbox -Identity {mailbox|<mailbox>} -EwsEnabled $true",
  },
  "ews-throttled": {
    name: "Throttling of the service account",
    wrong: "Exchange throttles the service account as it would a person, so that changes arrive late.",
    fix: "Give it a throttling policy of its own.",
    lines:
      "New-ThrottlingPolicy Kalends -EwsMaxConcurrency 27 -EwsMaxSubscriptions 5000 -EwsCutoffBalance Unlimited -EwsMaxBurst Unlimited -EwsRechargeRate Unlimited\nSet-ThrottlingPolicyAssociation {account|svc-kalends} -ThrottlingPolicy Kalends",
  },
  "impersonation-denied": {
    name: "Acting for a mailbox",
    wrong: "The service account may not act for this mailbox.",
    fix: "Assign ApplicationImpersonation to it, within a scope that holds the mailbox.",
    lines:
      'New-ManagementRoleAssignment -Name "Kalends" -Role "ApplicationImpersonation" -User "{account|CONTOSO\\svc-kalends}" -CustomRecipientWriteScope "Kalends mailboxes"',
  },
  "impersonation-scope": {
    name: "Scope of the service account",
    wrong: "The service account may act for everybody: its role has no scope.",
    fix: "Narrow the assignment to the mailboxes that Kalends is for.",
    lines:
      'Get-ManagementRoleAssignment -Role ApplicationImpersonation | Format-List Name,RoleAssignee,CustomRecipientWriteScope\nSet-ManagementRoleAssignment "Kalends" -CustomRecipientWriteScope "Kalends mailboxes"',
  },
  "key-disabled": {
    name: "Key of the service account",
    wrong: "The key is disabled or was deleted, or the service account is disabled.",
    fix: "Make a new key, and replace the secret here.",
    steps: [
      "In console.cloud.google.com, under IAM & Admin, Service accounts, make sure that the account is enabled.",
      "Under Keys, choose Add key, Create new key, JSON.",
      "Choose Replace the secret here, with the file that was downloaded.",
    ],
  },
  "mailbox-disabled": {
    name: "Mailbox",
    wrong: "The account of this mailbox is disabled.",
    fix: "Enable the account, or disconnect whoever has left. A room's account may stay disabled: then nothing is wrong.",
  },
  "mailbox-missing": {
    name: "Mailbox",
    wrong: "There is no mailbox of this address.",
    fix: "Correct the address of the person under People, or make the mailbox.",
    lines: "Get-Recipient -Identity {mailbox|<mailbox>} | Format-List RecipientTypeDetails,PrimarySmtpAddress",
  },
  "mailbox-not-licensed": {
    name: "Licence of the mailbox",
    wrong: "The person has no licence with Exchange Online, so that there is no calendar.",
    fix: "Assign a licence that holds Exchange Online; the mailbox is there after a few minutes.",
  },
  "mailbox-on-premises": {
    name: "Where the mailbox is",
    wrong: "The mailbox is on an Exchange of your own, which Microsoft 365 does not open.",
    fix: "Move the mailbox to Exchange Online, or connect your Exchange as an organisation of its own.",
  },
  "mailbox-outside-scope": {
    name: "Scope of the mailboxes",
    wrong: "The mailbox is outside the scope that the application was given.",
    fix: "Put it into the group of the scope. It takes up to two hours.",
    lines:
      'Add-DistributionGroupMember -Identity "Kalends" -Member {mailbox|<mailbox>}\nTest-ServicePrincipalAuthorization -Identity {objectId|<object ID>} -Resource {mailbox|<mailbox>}',
  },
  "password-expired": {
    name: "Password of the service account",
    wrong: "The password has expired.",
    fix: "Set a new one, let it not expire, and replace the secret here.",
    lines: 'Set-ADUser -Identity "{account|svc-kalends}" -PasswordNeverExpires $true',
  },
  "password-wrong": {
    name: "Password of the service account",
    wrong: "Exchange does not accept the user name with this password.",
    fix: "Replace the secret here. Try the user name as DOMAIN\\name and as name@domain.",
  },
  "provider-unreachable": {
    name: "Way to the calendar service",
    wrong: "{host|The calendar service} does not answer from here.",
    fix: "Let this service reach it over https (port 443), through your proxy if there is one.",
    lines: "curl -sv -o /dev/null https://{host|<address>}/",
  },
  "push-domain": {
    name: "Domain for notifications",
    wrong: "The calendar service does not send notifications to {host|this service's domain}.",
    fix: "Use a name of its own with a publicly trusted certificate, and let robots.txt allow the path of the hooks.",
  },
  "registration-disabled": {
    name: "Application in the organisation",
    wrong: "The application is disabled in the organisation, so that nobody's calendar opens.",
    fix: "Enable it again.",
    steps: [
      "In entra.microsoft.com, under Enterprise applications, open Kalends, then Properties.",
      "Set “Enabled for users to sign in?” to Yes.",
    ],
  },
  "registration-missing": {
    name: "Application in the organisation",
    wrong: "The organisation does not know the application: it was removed, or the client ID is another one's.",
    fix: "Consent again, or replace the secret with the client ID of a registration that exists.",
    steps: [
      "In entra.microsoft.com, look under App registrations and Enterprise applications for {clientId|the client ID}.",
      "Where it is missing, register it as the guide shows, or give consent again.",
    ],
  },
  "registration-secret-ends-soon": {
    name: "Secret of the registration",
    wrong: "The secret ends on {endsOn|a day soon}. After that, nobody's calendar opens.",
    fix: "Make a new one before then, and replace it here. The old one can stay until it ends.",
    steps: [
      "In entra.microsoft.com, under App registrations, open Kalends, then Certificates & secrets.",
      "Make a New client secret and copy its Value, or upload a new certificate.",
      "Choose Replace the secret here.",
    ],
  },
  "registration-secret-expired": {
    name: "Secret of the registration",
    wrong: "The secret ended on {endsOn|a day that has passed}, and nobody's calendar opens.",
    fix: "Make a new one, and replace it here.",
    steps: [
      "In entra.microsoft.com, under App registrations, open Kalends, then Certificates & secrets.",
      "Make a New client secret and copy its Value, or upload a new certificate.",
      "Choose Replace the secret here.",
    ],
  },
  "registration-secret-wrong": {
    name: "Secret of the registration",
    wrong: "The secret is not one of this registration. Often it is the secret's ID instead of its value.",
    fix: "Make a new one, copy its Value at once, and replace it here.",
  },
  "role-directory-missing": {
    name: "Reading the directory",
    wrong:
      "The application may not read people or rooms: {role|User.Read.All and Place.Read.All} is missing. Calendars work without it.",
    fix: "Add the application permission and consent, if people are to be added from the directory.",
    steps: [
      "In entra.microsoft.com, under App registrations, open Kalends, then API permissions.",
      "Add Microsoft Graph, Application permissions: {role|User.Read.All and Place.Read.All}.",
      "Choose Grant admin consent.",
    ],
  },
  "role-missing-read": {
    name: "Reading calendars",
    wrong: "The application may not read calendars: {role|Application Calendars.Read} is missing.",
    fix: "Assign the role for the mailboxes that Kalends is for.",
    lines:
      'New-ManagementRoleAssignment -App {objectId|<object ID>} -Role "Application Calendars.Read" -CustomResourceScope "Kalends mailboxes"',
  },
  "role-missing-write": {
    name: "Writing into calendars",
    wrong: "The application may not write into calendars: {role|Application Calendars.ReadWrite} is missing.",
    fix: "Assign the role for the mailboxes that Kalends is for, or connect with the permission Read.",
    lines:
      'New-ManagementRoleAssignment -App {objectId|<object ID>} -Role "Application Calendars.ReadWrite" -CustomResourceScope "Kalends mailboxes"',
  },
  "role-too-broad": {
    name: "No more than needed",
    wrong: "The application may do more than it needs: {role|it reaches every mailbox}.",
    fix: "Take the permission away in Entra, and assign it in Exchange with a scope instead. Both are added together.",
    steps: [
      "Assign the role with a scope first, as the guide shows, and try it.",
      "Then, in entra.microsoft.com, under Enterprise applications, Kalends, Permissions, revoke {role|Calendars.*}.",
    ],
  },
  "room-ignores-external": {
    name: "Invitations from outside",
    wrong: "The room does not answer invitations from outside the organisation.",
    fix: "Let it process them, if guests may book it.",
    lines: "Set-CalendarProcessing -Identity {mailbox|<room>} -ProcessExternalMeetingMessages $true",
  },
  "room-not-accepting": {
    name: "Accepting invitations",
    wrong: "The room does not accept invitations by itself, so that its meetings stay tentative.",
    fix: "Let it accept them.",
    lines: "Set-CalendarProcessing -Identity {mailbox|<room>} -AutomateProcessing AutoAccept",
  },
  "room-not-shared": {
    name: "Room's mailbox",
    wrong: "The service account {account|of this connection} cannot open the room's mailbox.",
    fix: "Give it Full Access, and Send As with it. It may take an hour. Where the address is not right, change it on the room's page.",
    lines:
      "Add-MailboxPermission -Identity {mailbox|<room>} -User {account|<service account>} -AccessRights FullAccess -InheritanceType All -AutoMapping $false\nAdd-RecipientPermission -Identity {mailbox|<room>} -Trustee {account|<service account>} -AccessRights SendAs -Confirm:$false",
  },
  "room-removes-private": {
    name: "Private meetings of a room",
    wrong: "The room takes the mark “private” off its meetings, so that everybody sees their subjects.",
    fix: "Let it keep the mark.",
    lines: "Set-CalendarProcessing -Identity {mailbox|<room>} -RemovePrivateProperty $false",
  },
  "room-strips-body": {
    name: "Text of a room's meetings",
    wrong: "The room deletes the text of its meetings, and with it the link to join.",
    fix: "Let it keep the text.",
    lines: "Set-CalendarProcessing -Identity {mailbox|<room>} -DeleteComments $false",
  },
  "room-strips-subject": {
    name: "Subject of a room's meetings",
    wrong: "The room deletes the subject of its meetings.",
    fix: "Let it keep the subject.",
    lines: "Set-CalendarProcessing -Identity {mailbox|<room>} -DeleteSubject $false",
  },
  "room-subject-replaced": {
    name: "Subject of a room's meetings",
    wrong: "The room puts the organiser's name in place of the subject.",
    fix: "Let it keep the subject.",
    lines: "Set-CalendarProcessing -Identity {mailbox|<room>} -AddOrganizerToSubject $false -DeleteSubject $false",
  },
  "rooms-unlisted": {
    name: "Directory of rooms",
    wrong: "The rooms of the organisation cannot be listed: Place.Read.All was not allowed.",
    fix: "Sign the service account in anew with the directory, with an administrator who allows it; or add rooms by hand.",
  },
  "service-account-signed-out": {
    name: "Sign-in of the service account",
    wrong: "The service account {account|of this connection} is signed out, and no room is opened.",
    fix: "Sign it in anew. If that recurs, leave it out of the rule that asks for a new sign-in from time to time.",
  },
  "subscription-cap": {
    name: "Number of notifications",
    wrong:
      "The calendar service takes no more notifications for this mailbox: {limit|as many as there may be} are armed, other applications' among them.",
    fix: "Remove applications that nobody needs any more. Until then, Kalends asks again and again, and changes arrive later.",
  },
  "subscription-missing": {
    name: "Notifications of a calendar",
    wrong: "No notification is armed for this calendar, so that changes arrive later.",
    fix: "It is armed anew by itself within minutes. If it stays so, look at the other points first.",
  },
  "time-zone-missing": {
    name: "Time zone of a mailbox",
    wrong: "The mailbox has no time zone, or one that nobody knows: {zone|it is empty}.",
    fix: "Set one; meetings are shown at the right time afterwards.",
    lines:
      'Set-MailboxRegionalConfiguration -Identity {mailbox|<mailbox>} -TimeZone "W. Europe Standard Time" -Language en-GB',
  },
  "tls-untrusted": {
    name: "Certificate of the server",
    wrong:
      "The certificate of {host|the server} is not trusted here: {reason|it is self-signed, has ended, or is for another name}.",
    fix: "Install one of a trusted authority, or make your authority known where Kalends runs.",
    lines: "openssl s_client -connect {host|<address>}:443 -showcerts </dev/null",
  },
  "webhook-address-missing": {
    name: "Address for notifications",
    wrong:
      "This service has no address to which calendar services can send notifications, so that changes arrive later.",
    fix: "Set one that is reached from the internet, and start Kalends again.",
    lines: "KALENDS_HOOK_URL=https://hooks.example.org",
  },
  "webhook-blocked": {
    name: "Way of the notifications",
    wrong:
      "The calendar service did not get through to {host|this service}: {reason|a firewall, proxy or name stops it}.",
    fix: "Let requests from the internet through to the path of the hooks; answers have to come within 3 seconds.",
    lines: "curl -si https://{host|<address>}/hooks/ | head -1",
  },
  "webhook-not-https": {
    name: "Address for notifications",
    wrong: "Notifications are only sent to https addresses, and this one is not: {url|see the configuration}.",
    fix: "Put a certificate before this service, and set the address anew.",
    lines: "KALENDS_HOOK_URL=https://hooks.example.org",
  },
}
