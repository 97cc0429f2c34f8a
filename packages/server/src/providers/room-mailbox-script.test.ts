import { expect, test } from "vitest"
import { applicationScript, delegateScript, impersonationScript, mailboxLine, quoted } from "./room-mailbox-script.ts"

const asked = {
  method: "delegate",
  addresses: ["room-1@example.org", "o’brien@example.org"],
  identity: "svc@example.org",
}

test("nothing that is typed leaves its quotes, whichever of the five quotes it has", () => {
  for (const quote of ["'", "‘", "’", "‚", "‛"])
    expect(quoted(`a${quote}; Remove-Mailbox`)).toBe(`'a${quote}${quote}; Remove-Mailbox'`)
  expect(quoted("a\r\nRemove-Mailbox\u2028\u202e")).toBe("'aRemove-Mailbox'")
})

test("a delegate is given Full Access and Send As on each room, on a server by Add-ADPermission", () => {
  const online = delegateScript("Connect-ExchangeOnline", false)(asked)
  expect(online).toContain("$rooms = @('room-1@example.org', 'o’’brien@example.org')")
  expect(online).toContain("-AccessRights FullAccess")
  expect(online).toContain("Add-RecipientPermission -Identity $room -Trustee $account -AccessRights SendAs")
  const onPremises = delegateScript("# shell", true)(asked)
  expect(onPremises).toContain("-ExtendedRights 'Send As'")
  expect(onPremises).not.toContain("Add-RecipientPermission")
})

test("an application and an impersonating account reach rooms and equipment alone", () => {
  for (const script of [applicationScript(asked), impersonationScript(asked)])
    expect(script).toContain(`"RecipientTypeDetails -eq 'RoomMailbox' -or RecipientTypeDetails -eq 'EquipmentMailbox'"`)
  expect(applicationScript(asked)).toContain(
    "-Role 'Application Calendars.ReadWrite' -CustomResourceScope 'Kalends rooms'",
  )
  expect(impersonationScript(asked)).toContain("-CustomRecipientWriteScope 'Kalends rooms'")
})

test("every script sets what a room's screens need, and no window longer than Exchange takes", () => {
  for (const make of [applicationScript, impersonationScript, delegateScript("# shell", true)]) {
    const script = make({ ...asked, addresses: [], identity: null })
    for (const setting of [
      "AutomateProcessing AutoAccept",
      "DeleteComments $false",
      "DeleteSubject $false",
      "AddOrganizerToSubject $false",
      "RemovePrivateProperty $false",
    ])
      expect(script).toContain(`-${setting}`)
    expect(Number(/BookingWindowInDays (\d+)/.exec(script)?.[1])).toBeLessThanOrEqual(1080)
    expect(script).toContain("Get-Mailbox -RecipientTypeDetails RoomMailbox")
  }
})

test("the doctor's line names the one setting, of the one room", () => {
  const line = mailboxLine([], false)
  expect(line("room-body-stripped", { address: "room-1@example.org", by: null })).toBe(
    "Set-CalendarProcessing -Identity 'room-1@example.org' -DeleteComments $false",
  )
  expect(line("room-readable", { address: "room-1@example.org", by: null })).toBeNull()
})

test("a room that is not shared with the service account is shared by one line, in Exchange's own way", () => {
  const room = (method: string) => ({ address: "room-1@example.org", by: { method, identity: "svc@example.org" } })
  const online = mailboxLine(["service-sign-in"], false)
  expect(online("room-not-shared", room("service-sign-in"))).toBe(
    "Add-MailboxPermission -Identity 'room-1@example.org' -User 'svc@example.org' -AccessRights FullAccess -InheritanceType All -AutoMapping $false",
  )
  expect(online("room-send-as-unread", room("service-sign-in"))).toBe(
    "Add-RecipientPermission -Identity 'room-1@example.org' -Trustee 'svc@example.org' -AccessRights SendAs -Confirm:$false",
  )
  expect(mailboxLine(["service-delegate"], true)("room-send-as-unread", room("service-delegate"))).toContain(
    "Add-ADPermission -Identity (Get-Mailbox -Identity 'room-1@example.org').DistinguishedName -User 'svc@example.org'",
  )
  expect(online("room-not-shared", room("client-secret"))).toBeNull()
  expect(online("room-not-shared", { address: "room-1@example.org", by: null })).toBeNull()
})
