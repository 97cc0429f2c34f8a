import type { Language } from "@kalends/ui/words"
import type { Texts } from "./messages-problems.ts"

const en = {
  account: "Service account",
  accountHint: "Its address, such as svc-rooms@contoso.com. It is proposed where it signs in.",
  directory: "Find rooms in the directory",
  directoryHint:
    "Asks for Place.Read.All, which an administrator there has to allow once. Without it, rooms are added by hand.",
  go: "Go to the sign-in page",
  signInAnew: "Sign in anew",
  signInAnewText:
    "The same service account signs in again, or another one that the rooms are shared with. Rooms that are connected stay connected.",
  signedIn: "The service account has signed in. It opens the rooms that are shared with it.",
  opened: (count: number) =>
    count === 0 ? "Opens no room yet" : count === 1 ? "Opens 1 room" : `Opens ${count.toLocaleString("en")} rooms`,
  andRooms: (ofPeople: string, count: number) =>
    `${ofPeople}, and ${count === 1 ? "1 room" : `${count.toLocaleString("en")} rooms`}`,
  roomsToo: (count: number) =>
    `${count === 1 ? "1 room is" : `${count.toLocaleString("en")} rooms are`} disconnected as well.`,
  importRooms: "Import rooms",
  importRoomsText: "Rooms of the directory, connected one by one.",
  removeText: (count: number) =>
    count === 0
      ? "No room is opened by it. Its secret is deleted at once."
      : `${count === 1 ? "1 room is" : `${count.toLocaleString("en")} rooms are`} disconnected, and the secret is deleted at once. Their calendars stay as they are.`,
  connectThisWay: "Connect the organisation this way",
  asked: "Its calendars are asked for changes every few minutes: the service tells no service account of them.",
  roomsOf: "Rooms, one address a line",
  roomsOfHint: "Left empty, it is for every room mailbox of the organisation.",
  takeKnown: "Take the rooms that are here",
  withSignIn: "with a sign-in that sees its rooms",
  importedAlone: (added: number, known: number) =>
    `${added} added, ${known} were here already. Each is connected on its own page, with a sign-in of its own.`,
  problems: {
    "service-account-denied":
      "The sign-in was refused. Where nobody may allow the directory of rooms, begin again without it.",
    "rooms-alone": "This connection opens rooms alone. Connect the organisation in another way for its people.",
    "wrong-sign-in-kind": "This organisation is connected in another way. Remove that connection first.",
    "grant-revoked": "The service account's sign-in was withdrawn there. Sign it in anew.",
    "grant-unused-too-long": "The service account's sign-in was not used for too long. Sign it in anew.",
    "second-factor-needed": "The service account has to show its second factor. Sign it in anew.",
    "interaction-required": "The service account has to sign in anew.",
    "sign-in-frequency": "Your organisation asks the service account for a new sign-in from time to time. Sign it in.",
  } satisfies Texts,
}

const ja: typeof en = {
  account: "サービスアカウント",
  accountHint: "アドレス（例: svc-rooms@contoso.com）。サインインのページで候補として表示されます。",
  directory: "ディレクトリから会議室を探す",
  directoryHint:
    "Place.Read.All を要求します。組織の管理者が一度許可する必要があります。なしの場合は会議室を手動で追加します。",
  go: "サインインのページへ",
  signInAnew: "サインインし直す",
  signInAnewText:
    "同じサービスアカウント、または会議室を共有された別のアカウントでサインインします。接続済みの会議室はそのままです。",
  signedIn: "サービスアカウントがサインインしました。共有された会議室を開けます。",
  opened: (count) => (count === 0 ? "まだ会議室を開いていません" : `${count} 室を開いています`),
  andRooms: (ofPeople, count) => `${ofPeople}（ほかに会議室 ${count} 室）`,
  roomsToo: (count) => `会議室 ${count} 室の接続も解除されます。`,
  importRooms: "会議室の取り込み",
  importRoomsText: "ディレクトリの会議室を 1 室ずつ接続します。",
  removeText: (count) =>
    count === 0
      ? "開いている会議室はありません。シークレットはすぐに削除されます。"
      : `${count} 室の接続が解除され、シークレットはすぐに削除されます。カレンダー自体は変わりません。`,
  connectThisWay: "この方法で組織を接続",
  asked: "変更は数分おきに確認します。サービスアカウントには変更が通知されないためです。",
  roomsOf: "会議室のアドレス（1 行に 1 件）",
  roomsOfHint: "空欄の場合は、組織のすべての会議室メールボックスが対象です。",
  takeKnown: "登録済みの会議室を入れる",
  withSignIn: "会議室が見えるアカウントでサインイン",
  importedAlone: (added, known) =>
    `${added} 室を追加しました（登録済み ${known} 室）。各会議室のページで、それぞれのサインインで接続してください。`,
  problems: {
    "service-account-denied":
      "サインインが拒否されました。会議室のディレクトリを許可できない場合は、外してやり直してください。",
    "rooms-alone": "この接続は会議室専用です。メンバー用には別の方法で組織を接続してください。",
    "wrong-sign-in-kind": "この組織は別の方法で接続されています。先にその接続を削除してください。",
    "grant-revoked": "サービスアカウントの許可が取り消されました。サインインし直してください。",
    "grant-unused-too-long": "サービスアカウントが長期間使われず、期限が切れました。サインインし直してください。",
    "second-factor-needed": "サービスアカウントの 2 つ目の要素が必要です。サインインし直してください。",
    "interaction-required": "サービスアカウントのサインインし直しが必要です。",
    "sign-in-frequency": "組織がサービスアカウントに定期的なサインインを求めています。サインインし直してください。",
  },
}

/** The words about a service account that signs in for rooms. */
export type ServiceSignInWords = typeof en
export const serviceSignInWords: Readonly<Record<Language, ServiceSignInWords>> = { en, ja }
