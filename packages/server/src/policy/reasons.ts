import type { policyReasons } from "@kalends/domain/audit-reason"
import type { PolicySetting } from "@kalends/domain/policy"

/** The setting as the audit log names it. */
export const reasonOf: Readonly<Record<PolicySetting, (typeof policyReasons)[number]>> = {
  whoMayConnect: "policy-who-may-connect",
  providers: "policy-providers",
  calendarPermission: "policy-calendar-permission",
  contactsPermission: "policy-contacts-permission",
  sync: "policy-sync",
  eventCapture: "policy-event-capture",
  schedulingTools: "policy-scheduling-tools",
}
