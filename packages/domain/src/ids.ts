// Branded identities. The compiler keeps a user from being passed where a calendar is wanted.

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** An organisation that shares policy, keys and administrators. Leads every primary key. UUID. */
export type AccountId = Branded<"AccountId">
/** A person who signs in to Kalends. UUID. */
export type UserId = Branded<"UserId">
/** A room: a resource with a calendar of its own, kept as a user who cannot sign in. UUID. */
export type RoomId = UserId
/** One user's link to one calendar service. UUID. */
export type ConnectionId = Branded<"ConnectionId">
/** One calendar reached through a connection. UUID of ours, never the provider's name for it. */
export type CalendarId = Branded<"CalendarId">
/** One sealed secret. UUID. */
export type CredentialId = Branded<"CredentialId">
/** One armed (or once armed) provider subscription or channel. UUID of ours. */
export type SubscriptionId = Branded<"SubscriptionId">
/** A signed-in browser or app. UUID. */
export type SessionId = Branded<"SessionId">
/** People for whom things are set together. UUID. */
export type GroupId = Branded<"GroupId">
/** One meeting, whichever meeting service holds it. UUID. */
export type MeetingId = Branded<"MeetingId">
/** An administrator's connection to a whole organisation at one calendar service. UUID. */
export type TenantConnectionId = Branded<"TenantConnectionId">
/** Work over many people's calendars, done step by step: connecting or moving them. UUID. */
export type RolloutId = Branded<"RolloutId">
/** What a person signs in with instead of a password. UUID of ours. */
export type PasskeyId = Branded<"PasskeyId">
/** Connections revoked together: one, a group's, a tenant's. UUID. */
export type RevocationId = Branded<"RevocationId">
/** A change of policy with the disconnections that follow from it. UUID. */
export type PolicyChangeId = Branded<"PolicyChangeId">
/** A video system of a room. UUID. */
export type DeviceId = Branded<"DeviceId">
/** A paired screen. UUID. */
export type DisplayId = Branded<"DisplayId">
/** What meetings of scheduling tools are made with. UUID. */
export type TemplateId = Branded<"TemplateId">
/** The provider's own name of a calendar; opaque, case-sensitive. */
export type ProviderCalendarId = Branded<"ProviderCalendarId">
/** The provider's own name of an event or occurrence; opaque, case-sensitive. */
export type ProviderEventId = Branded<"ProviderEventId">
/** The provider's own name of a contact; opaque, case-sensitive. */
export type ProviderContactId = Branded<"ProviderContactId">
/** The registered name of a provider, as in the registry. */
export type ProviderName = Branded<"ProviderName">

/** The text of a UUID from its 32 hexadecimal digits. */
export function uuidText(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function parseUuid(text: string, what: string): string {
  if (!uuid.test(text)) throw new TypeError(`not a ${what}`)
  return text
}

/** Each parser throws TypeError when the text is not a lower-case UUID. */
export const parseAccountId = (text: string): AccountId => parseUuid(text, "account id") as AccountId
export const parseUserId = (text: string): UserId => parseUuid(text, "user id") as UserId
export const parseConnectionId = (text: string): ConnectionId => parseUuid(text, "connection id") as ConnectionId
export const parseCalendarId = (text: string): CalendarId => parseUuid(text, "calendar id") as CalendarId
export const parseCredentialId = (text: string): CredentialId => parseUuid(text, "credential id") as CredentialId
export const parseSubscriptionId = (text: string): SubscriptionId =>
  parseUuid(text, "subscription id") as SubscriptionId
export const parseGroupId = (text: string): GroupId => parseUuid(text, "group id") as GroupId
export const parseMeetingId = (text: string): MeetingId => parseUuid(text, "meeting id") as MeetingId
export const parseTenantConnectionId = (text: string): TenantConnectionId =>
  parseUuid(text, "tenant connection id") as TenantConnectionId
export const parseRolloutId = (text: string): RolloutId => parseUuid(text, "rollout id") as RolloutId
export const parseRevocationId = (text: string): RevocationId => parseUuid(text, "revocation id") as RevocationId
export const parsePolicyChangeId = (text: string): PolicyChangeId =>
  parseUuid(text, "policy change id") as PolicyChangeId
export const parseDeviceId = (text: string): DeviceId => parseUuid(text, "device id") as DeviceId
export const parsePasskeyId = (text: string): PasskeyId => parseUuid(text, "passkey id") as PasskeyId
export const parseTemplateId = (text: string): TemplateId => parseUuid(text, "template id") as TemplateId
export const parseDisplayId = (text: string): DisplayId => parseUuid(text, "display id") as DisplayId
export const parseSessionId = (text: string): SessionId => parseUuid(text, "session id") as SessionId

const opaqueLimitChars = 4096

function parseOpaque(text: string, what: string): string {
  if (text.length === 0 || text.length > opaqueLimitChars) throw new TypeError(`not a ${what}`)
  return text
}

/** Each throws TypeError when the text is empty or longer than 4,096 characters. */
export const parseProviderCalendarId = (text: string): ProviderCalendarId =>
  parseOpaque(text, "provider calendar id") as ProviderCalendarId
export const parseProviderEventId = (text: string): ProviderEventId =>
  parseOpaque(text, "provider event id") as ProviderEventId
export const parseProviderContactId = (text: string): ProviderContactId =>
  parseOpaque(text, "provider contact id") as ProviderContactId

/** Throws TypeError unless the name is lower-case letters and dashes. */
export function parseProviderName(text: string): ProviderName {
  if (!/^[a-z][a-z-]{1,31}$/.test(text)) throw new TypeError("not a provider name")
  return text as ProviderName
}
