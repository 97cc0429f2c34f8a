import type { DeviceInTrouble, DisplayInTrouble, RoomInTrouble } from "@kalends/domain/in-trouble"
import type { Language } from "@kalends/ui/words"

type Count = (count: number) => string
/** How many there are, or what is the matter with so many, and what to do about it. */
export type TroubleText = { readonly what: Count; readonly toDo: string }

export type RoomTroubleWords = {
  readonly title: string
  readonly counts: { readonly rooms: Count; readonly devices: Count; readonly displays: Count }
  /** Of what there is any of. */
  readonly well: (parts: readonly string[]) => string
  readonly rooms: Readonly<Record<RoomInTrouble, TroubleText>>
  readonly devices: Readonly<Record<DeviceInTrouble, TroubleText>>
  readonly displays: Readonly<Record<DisplayInTrouble, TroubleText>>
  readonly since: (name: string, when: string) => string
  readonly others: Count
  readonly see: string
  readonly more: Count
  readonly onlyTrouble: string
  readonly noTrouble: string
  readonly noneFits: string
  readonly find: string
}

// Nothing is called before a word is asked for, so that a build keeps one language without the other.
const of = (count: number, one: string, many: string) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`
const rooms = (count: number, is: string, are = is) => `${of(count, "room", "rooms")} ${count === 1 ? is : are}.`
const devices = (count: number, is: string, are: string) =>
  `${of(count, "video system", "video systems")} ${count === 1 ? is : are}.`
const displays = (count: number, is: string, are: string) =>
  `${of(count, "screen", "screens")} ${count === 1 ? is : are}.`

const en: RoomTroubleWords = {
  title: "Rooms and their screens",
  counts: {
    rooms: (count) => of(count, "room", "rooms"),
    devices: (count) => of(count, "video system", "video systems"),
    displays: (count) => of(count, "screen", "screens"),
  },
  well: (parts) => `All is well in ${new Intl.ListFormat("en-GB").format(parts)}.`,
  rooms: {
    disabled: {
      what: (count) => rooms(count, "is shut out by its organisation", "are shut out by their organisation"),
      toDo: "Let Kalends in again at the calendar service, then reopen the organisation’s connection.",
    },
    "needs-reauth": {
      what: (count) => rooms(count, "has a sign-in that no longer works", "have a sign-in that no longer works"),
      toDo: "Connect again, with a new password or consent.",
    },
    "needs-consent": {
      what: (count) =>
        rooms(count, "no longer lets Kalends read its calendar", "no longer let Kalends read their calendar"),
      toDo: "Give the permission again at the calendar service, then connect again.",
    },
    unread: {
      what: (count) => rooms(count, "has a calendar that cannot be read", "have a calendar that cannot be read"),
      toDo: "Look whether the mailbox is still there. The room doctor says what is wrong.",
    },
    refused: {
      what: (count) => rooms(count, "could not be connected", "could not be connected"),
      toDo: "The room’s page says why. Mend that, then connect again.",
    },
    none: {
      what: (count) => rooms(count, "has no calendar connected", "have no calendar connected"),
      toDo: "Connect a calendar, or remove the room.",
    },
    unreachable: {
      what: (count) =>
        rooms(count, "cannot be reached at the calendar service", "cannot be reached at the calendar service"),
      toDo: "This passes by itself. If it lasts, look at the calendar service.",
    },
  },
  devices: {
    failing: {
      what: (count) => devices(count, "does not take its bookings", "do not take their bookings"),
      toDo: "The room’s page says what is wrong and what helps.",
    },
    silent: {
      what: (count) =>
        devices(count, "has not asked for its bookings for an hour", "have not asked for their bookings for an hour"),
      toDo: "Check power and network.",
    },
    left: {
      what: (count) =>
        devices(
          count,
          "was removed and may still show its last list",
          "were removed and may still show their last list",
        ),
      toDo: "Clear the list at the system itself, then put it away.",
    },
    uncleared: {
      what: (count) => devices(count, "still has a list that is not for it", "still have a list that is not for them"),
      toDo: "Kalends takes it away once the system answers.",
    },
    new: {
      what: (count) => devices(count, "never had its bookings", "never had their bookings"),
      toDo: "Test the connection on the room’s page. One that asks by itself first needs its user name and password.",
    },
    unread: {
      what: (count) => devices(count, "waits for its room’s calendar", "wait for their room’s calendar"),
      toDo: "Nothing is wrong with the system: mend the room’s calendar.",
    },
    leaving: {
      what: (count) => devices(count, "was removed and is being cleared", "were removed and are being cleared"),
      toDo: "This passes by itself.",
    },
  },
  displays: {
    gone: {
      what: (count) => displays(count, "has gone silent", "have gone silent"),
      toDo: "Check power and network.",
    },
    never: {
      what: (count) => displays(count, "was paired and never came back", "were paired and never came back"),
      toDo: "Open /rooms on the screen, or take it away.",
    },
    empty: {
      what: (count) => displays(count, "has no room to show", "have no room to show"),
      toDo: "Choose a room, or take the screen away.",
    },
  },
  since: (name, when) => `${name} (${when})`,
  others: (count) => `and ${count.toLocaleString("en")} more`,
  see: "See them",
  more: (count) => (count === 1 ? "And one kind of trouble more." : `And ${count} kinds of trouble more.`),
  onlyTrouble: "Only screens that need attention",
  noTrouble: "All screens are there, and each has a room.",
  noneFits: "No screen fits.",
  find: "Find a screen or a room",
}

const ja: RoomTroubleWords = {
  title: "会議室と画面",
  counts: {
    rooms: (count) => `会議室 ${count.toLocaleString("ja")} 室`,
    devices: (count) => `ビデオ会議端末 ${count.toLocaleString("ja")} 台`,
    displays: (count) => `画面 ${count.toLocaleString("ja")} 台`,
  },
  well: (parts) => `${parts.join("、")}はすべて正常です。`,
  rooms: {
    disabled: {
      what: (count) => `${count.toLocaleString("ja")} 室で、組織がこのサービスへのアクセスを停止しています。`,
      toDo: "カレンダーサービスでアクセスを許可し、組織の接続を再開してください。",
    },
    "needs-reauth": {
      what: (count) => `${count.toLocaleString("ja")} 室で、サインインが無効になっています。`,
      toDo: "新しいパスワードまたは同意で、もう一度接続してください。",
    },
    "needs-consent": {
      what: (count) => `${count.toLocaleString("ja")} 室で、カレンダーを読み取る許可がなくなりました。`,
      toDo: "カレンダーサービスで許可し直してから、もう一度接続してください。",
    },
    unread: {
      what: (count) => `${count.toLocaleString("ja")} 室のカレンダーを読み取れません。`,
      toDo: "メールボックスがあるか確認してください。会議室の診断で原因が分かります。",
    },
    refused: {
      what: (count) => `${count.toLocaleString("ja")} 室を接続できませんでした。`,
      toDo: "会議室のページで理由を確認し、解消してからもう一度接続してください。",
    },
    none: {
      what: (count) => `${count.toLocaleString("ja")} 室でカレンダーが接続されていません。`,
      toDo: "接続するか、会議室を削除してください。",
    },
    unreachable: {
      what: (count) => `${count.toLocaleString("ja")} 室で、カレンダーサービスに接続できません。`,
      toDo: "自動的に回復します。続く場合はカレンダーサービスを確認してください。",
    },
  },
  devices: {
    failing: {
      what: (count) => `${count.toLocaleString("ja")} 台のビデオ会議端末が予約を受け取っていません。`,
      toDo: "会議室のページで原因と対処を確認してください。",
    },
    silent: {
      what: (count) => `${count.toLocaleString("ja")} 台のビデオ会議端末が 1 時間以上、予約を取得していません。`,
      toDo: "電源とネットワークを確認してください。",
    },
    left: {
      what: (count) =>
        `${count.toLocaleString("ja")} 台のビデオ会議端末が削除後も最後の予約を表示している可能性があります。`,
      toDo: "端末側で予約を消してから、片付けてください。",
    },
    uncleared: {
      what: (count) => `${count.toLocaleString("ja")} 台のビデオ会議端末に、対象外の予約が残っています。`,
      toDo: "端末が応答すると自動的に消されます。",
    },
    new: {
      what: (count) => `${count.toLocaleString("ja")} 台のビデオ会議端末が一度も予約を受け取っていません。`,
      toDo: "会議室のページで接続をテストしてください。自分で取りに来る端末には、先にユーザー名とパスワードの入力が必要です。",
    },
    unread: {
      what: (count) => `${count.toLocaleString("ja")} 台のビデオ会議端末が会議室のカレンダーを待っています。`,
      toDo: "端末に問題はありません。会議室のカレンダーを復旧してください。",
    },
    leaving: {
      what: (count) => `${count.toLocaleString("ja")} 台のビデオ会議端末が削除され、予約を消しています。`,
      toDo: "自動的に完了します。",
    },
  },
  displays: {
    gone: {
      what: (count) => `${count.toLocaleString("ja")} 台の画面から応答がありません。`,
      toDo: "電源とネットワークを確認してください。",
    },
    never: {
      what: (count) => `${count.toLocaleString("ja")} 台の画面がペアリング後に一度も接続していません。`,
      toDo: "画面で /rooms を開くか、取り外してください。",
    },
    empty: {
      what: (count) => `${count.toLocaleString("ja")} 台の画面に会議室が設定されていません。`,
      toDo: "会議室を選ぶか、取り外してください。",
    },
  },
  since: (name, when) => `${name}（${when}）`,
  others: (count) => `ほか ${count.toLocaleString("ja")} 件`,
  see: "一覧を見る",
  more: (count) => `ほかに ${count} 種類の問題があります。`,
  onlyTrouble: "対応が必要な画面だけ",
  noTrouble: "すべての画面が接続中で、会議室も設定されています。",
  noneFits: "該当する画面はありません。",
  find: "画面または会議室を探す",
}

/** What is in trouble among rooms, their video systems and their screens. */
export const roomTroubleWords: Readonly<Record<Language, RoomTroubleWords>> = { en, ja }
