import fc from "fast-check"
import { type PolicyChoice, type PolicyLevel, policyValues } from "../policy.ts"

const word = <Value>(value: fc.Arbitrary<Value>) => fc.record({ value, isLocked: fc.boolean() })
const oneOf = <Value>(values: readonly Value[]) => fc.constantFrom(...values)

export const anyProviders: fc.Arbitrary<"all" | readonly string[]> = fc.oneof(
  fc.constant("all" as const),
  fc.subarray(["cloud", "garden", "harbour"]),
)

/** What an account or a group may say; of each setting also nothing. */
export const anyLevel: fc.Arbitrary<PolicyLevel> = fc.record(
  {
    sync: word(oneOf(policyValues.sync)),
    calendarPermission: word(oneOf(policyValues.calendarPermission)),
    contactsPermission: word(oneOf(policyValues.contactsPermission)),
    whoMayConnect: word(oneOf(policyValues.whoMayConnect)),
    eventCapture: word(oneOf(policyValues.eventCapture)),
    schedulingTools: word(oneOf(policyValues.schedulingTools)),
    providers: word(anyProviders),
  },
  { requiredKeys: [] },
)

export const anyChoice: fc.Arbitrary<PolicyChoice> = fc.record(
  {
    sync: oneOf(policyValues.sync),
    calendarPermission: oneOf(policyValues.calendarPermission),
    contactsPermission: oneOf(policyValues.contactsPermission),
  },
  { requiredKeys: [] },
)
