import { type MeetingWords, meetingWords } from "@kalends/ui/meeting-words"
import type { Language } from "@kalends/ui/words"
import { type AuditWords, auditWords } from "./messages-audit.ts"
import { type CheckupPageWords, checkupWords } from "./messages-checkup.ts"
import { type ConnectionWords, connectionWords } from "./messages-connections.ts"
import { type DelegateWords, delegateWords } from "./messages-delegates.ts"
import { type DeviceListWords, deviceListWords } from "./messages-device-lists.ts"
import { type DeviceWords, deviceWords } from "./messages-devices.ts"
import { type DisplayWords, displayWords } from "./messages-displays.ts"
import { english } from "./messages-en.ts"
import { type FigureWords, figureWords } from "./messages-figures.ts"
import { type GroupWords, groupWords } from "./messages-groups.ts"
import { type Guide, guides } from "./messages-guides.ts"
import { japanese } from "./messages-ja.ts"
import { type KeyWords, keyWords } from "./messages-keys.ts"
import { type ManyRoomWords, manyRoomWords } from "./messages-many-rooms.ts"
import { type NavigationWords, navigationWords } from "./messages-navigation.ts"
import { passwordProblems } from "./messages-passwords.ts"
import { type PeopleWords, peopleWords } from "./messages-people.ts"
import { type PolicyWords, policyWords } from "./messages-policy.ts"
import { problemTexts, type Texts } from "./messages-problems.ts"
import { type RoomTroubleWords, roomTroubleWords } from "./messages-room-troubles.ts"
import { type RoomWords, roomWords } from "./messages-rooms.ts"
import { type ServiceSignInWords, serviceSignInWords } from "./messages-service-sign-in.ts"
import { type SignInWords, signInWords } from "./messages-sign-in.ts"
import { type TemplateWords, templateWords } from "./messages-templates.ts"
import { tenantProblemTexts } from "./messages-tenant-problems.ts"
import { type RolloutWords, rolloutWords, type TenantWords, tenantWords } from "./messages-tenants.ts"
import { type ToolWords, toolWords } from "./messages-tools.ts"
import { type VideoWords, videoWords } from "./messages-video.ts"

/** Groups that are looked up by a word of the service's; a word that is missing is shown another way. */
type Looked = "providerText" | "states" | "revoked"

/** What every language has to have. */
export type Catalogue = Omit<typeof english, Looked> & Readonly<Record<Looked, Texts>>
export type Messages = Catalogue &
  MeetingWords &
  GroupWords & {
    readonly problems: Texts
    readonly tenants: TenantWords
    readonly rollouts: RolloutWords
    /** What is wrong with an organisation's connection, in words for its administrator. */
    readonly tenantProblems: Texts
    readonly guides: Readonly<Record<string, Guide>>
    readonly checkup: CheckupPageWords
    readonly auditLog: AuditWords
    readonly keyWords: KeyWords
    /** What is wrong with what was typed to shred, where other pages mean another password. */
    readonly keyProblems: Texts
    readonly figures: FigureWords
    readonly devices: DeviceWords
    readonly displays: DisplayWords
    readonly connections: ConnectionWords
    readonly navigation: NavigationWords
    readonly signInPage: SignInWords
    readonly policy: PolicyWords
    readonly peoplePages: PeopleWords
    readonly rooms: RoomWords
    readonly roomTroubles: RoomTroubleWords
    readonly serviceSignIn: ServiceSignInWords
    readonly tools: ToolWords
    readonly templates: TemplateWords
    readonly delegates: DelegateWords
    readonly video: VideoWords
    readonly manyRooms: ManyRoomWords
    readonly deviceLists: DeviceListWords
  }

function messagesIn(language: Language, catalogue: Catalogue): Messages {
  const problems: Texts = {
    ...problemTexts[language],
    ...passwordProblems[language],
    ...peopleWords[language].problems,
    ...roomWords[language].problems,
    ...toolWords[language].problems,
    ...templateWords[language].problems,
  }
  return {
    ...{ ...meetingWords[language], ...groupWords[language], ...catalogue },
    problems,
    tenants: tenantWords[language],
    rollouts: rolloutWords[language],
    tenantProblems: { ...problems, ...tenantProblemTexts[language], ...serviceSignInWords[language].problems },
    guides: guides[language],
    checkup: checkupWords[language],
    auditLog: auditWords[language],
    keyWords: keyWords[language],
    keyProblems: { ...problems, ...keyWords[language].problems },
    figures: figureWords[language],
    devices: deviceWords[language],
    displays: displayWords[language],
    connections: connectionWords[language],
    navigation: navigationWords[language],
    signInPage: signInWords[language],
    policy: policyWords[language],
    peoplePages: peopleWords[language],
    rooms: roomWords[language],
    roomTroubles: roomTroubleWords[language],
    serviceSignIn: serviceSignInWords[language],
    tools: toolWords[language],
    templates: templateWords[language],
    delegates: delegateWords[language],
    video: videoWords[language],
    manyRooms: manyRoomWords[language],
    deviceLists: deviceListWords[language],
  }
}

export const messages: Readonly<Record<Language, Messages>> = {
  en: messagesIn("en", english),
  ja: messagesIn("ja", japanese),
}
