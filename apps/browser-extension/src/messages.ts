import type { FieldName } from "./selectors.ts"

export type Language = "en" | "ja"

const en = {
  add: "Add a Kalends meeting",
  working: "Asking Kalends …",
  has: "Kalends meeting",
  more: "Choices for the meeting",
  card: "Kalends meeting",
  change: "Update",
  remove: "Remove",
  added: "The meeting is in the event. Now save it.",
  changed: "The meeting has the event's title and time.",
  removed: "The meeting is out of the event. Now save it.",
  hadOne:
    "This event has a meeting already, which follows it once you save. To end the meeting, take its link out of the event.",
  template: "Template",
  noTemplate: "None",
  host: "In the name of",
  self: (name: string) => `${name} (you)`,
  settings: "Settings",
  connect: "Connect",
  signedOut: "Connect the extension to your Kalends first.",
  failed: "Kalends does not answer at the moment. Try again soon.",
  refused: "Kalends does not allow this. Your administrator can say why.",
  refusals: {
    "tool-off": "Scheduling tools are switched off for you. Ask your administrator.",
    "not-delegate":
      "This person has not allowed you to schedule for them. They do so in Kalends, under “Get the tools”.",
    "private-not-allowed": "This event is private, and you may not manage its owner's private events.",
    "not-yours": "The meeting belongs to somebody else.",
    "no-meeting": "The meeting is gone already.",
    "no-template": "This template is gone. Choose another.",
    "no-meeting-service": "No meeting service is set up here. Ask your administrator.",
    "unknown-zone": "Kalends does not know this computer's time zone.",
    revision: "The meeting is being changed at this moment. Try again.",
    "key-used": "The meeting was given up meanwhile. Open the event again to add another.",
    "too-many-pairings": "Too many tools wait to be connected. Try again in a minute.",
    "not-set-up": "Kalends is not set up yet. Ask your administrator.",
  },
  notRead: (fields: string) => `Kalends cannot read ${fields} of this event. Nothing was changed.`,
  fields: {
    ...{ title: "the title", startDate: "the date", startTime: "the time", location: "the location" },
    ...{ description: "the description", allDay: "“all day”", recurrence: "the recurrence" },
  } satisfies Record<FieldName, string>,
  untitled: "Meeting",

  optionsTitle: "Kalends in your calendar",
  optionsText: (address: string) =>
    `Adds meetings of ${address} to events that you write in Google Calendar and in Outlook on the web.`,
  privacy: "Kalends is told the title, date, time, time zone and whether the event recurs. Nothing else is read.",
  connection: "Connection",
  notConnected: "Not connected.",
  lasting: "Stay connected on this computer",
  codeText: "Type this code in Kalends, under “Connect a tool”:",
  codeWaiting: "Waiting for you to type it …",
  codeOver: "This code is over. Connect again for another.",
  openKalends: "Open Kalends",
  signedInAs: (name: string, email: string) => `Connected as ${name} (${email}).`,
  signOut: "Disconnect",
  whileWriting: "When you write an event",
  everyEvent: "Add a meeting to every new event",
  everyEventText: "As soon as its page opens. This holds for every tool of yours.",
  defaultTemplate: "Template of new meetings",
  saved: "Saved.",
  mayFor: (names: string) => `You may schedule for ${names}: choose so beside the button.`,
  off: "Your administrator has switched scheduling tools off for you.",
  noPermission: "The browser does not let the extension ask Kalends. Allow it, and connect again.",
  pageUnknown: (page: string, fields: string) =>
    `${page} looks different from what this extension knows: it did not find ${fields}, and did nothing there. Please get a newer one from your Kalends.`,
}

export type Messages = typeof en

const ja: Messages = {
  add: "Kalends の会議を追加",
  working: "Kalends に問い合わせています…",
  has: "Kalends の会議",
  more: "会議の選択肢",
  card: "Kalends の会議",
  change: "会議を更新",
  remove: "会議を削除",
  added: "会議を予定に追加しました。予定を保存してください。",
  changed: "会議の件名と日時を予定に合わせました。",
  removed: "会議を削除しました。予定を保存してください。",
  hadOne:
    "この予定にはすでに会議があり、保存すると予定に合わせて変わります。会議を終えるには、予定からリンクを消してください。",
  template: "テンプレート",
  noTemplate: "なし",
  host: "会議の主催者",
  self: (name) => `${name}（自分）`,
  settings: "設定",
  connect: "接続",
  signedOut: "先に拡張機能を Kalends に接続してください。",
  failed: "Kalends が応答しません。しばらくしてからもう一度お試しください。",
  refused: "Kalends で許可されていません。管理者にお問い合わせください。",
  refusals: {
    "tool-off": "あなたの予定作成ツールは無効になっています。管理者にお問い合わせください。",
    "not-delegate":
      "この方は、あなたによる代理の予定作成を許可していません。Kalends の「ツールを入手」でご本人が許可できます。",
    "private-not-allowed": "この予定は非公開です。所有者の非公開の予定を管理する権限がありません。",
    "not-yours": "この会議はほかの人のものです。",
    "no-meeting": "会議はすでにありません。",
    "no-template": "このテンプレートはなくなりました。別のものを選んでください。",
    "no-meeting-service": "会議サービスが設定されていません。管理者にお問い合わせください。",
    "unknown-zone": "このコンピューターのタイムゾーンを Kalends が認識できません。",
    revision: "会議は今まさに変更されています。もう一度お試しください。",
    "key-used": "会議は取り消されました。予定を開き直すと、新しく追加できます。",
    "too-many-pairings": "接続待ちのツールが多すぎます。1 分後にもう一度お試しください。",
    "not-set-up": "Kalends の設定がまだ終わっていません。管理者にお問い合わせください。",
  },
  notRead: (fields) => `この予定の${fields}を読み取れません。何も変更していません。`,
  fields: {
    ...{ title: "タイトル", startDate: "日付", startTime: "時刻", location: "場所" },
    ...{ description: "説明", allDay: "「終日」", recurrence: "繰り返し" },
  },
  untitled: "会議",

  optionsTitle: "カレンダーで使う Kalends",
  optionsText: (address) => `Google カレンダーと Outlook on the web で作成する予定に、${address} の会議を追加します。`,
  privacy: "Kalends に伝わるのは件名、日付、時刻、タイムゾーン、繰り返しかどうかだけです。ほかは読み取りません。",
  connection: "接続",
  notConnected: "接続されていません。",
  lasting: "このコンピューターで接続を維持する",
  codeText: "Kalends の「ツールを接続」で次のコードを入力してください。",
  codeWaiting: "入力を待っています…",
  codeOver: "このコードは期限切れです。もう一度接続してください。",
  openKalends: "Kalends を開く",
  signedInAs: (name, email) => `${name}（${email}）として接続しています。`,
  signOut: "接続を解除",
  whileWriting: "予定を作成するとき",
  everyEvent: "新しい予定すべてに会議を追加する",
  everyEventText: "予定の作成画面が開くとすぐに追加します。ほかのツールにも適用されます。",
  defaultTemplate: "新しい会議のテンプレート",
  saved: "保存しました。",
  mayFor: (names) => `${names}の代理で予定を作成できます。ボタンの横で選択してください。`,
  off: "管理者により、予定作成ツールの利用が停止されています。",
  noPermission:
    "ブラウザーがこの拡張機能に Kalends へのアクセスを許可していません。許可してから、もう一度接続してください。",
  pageUnknown: (page, fields) =>
    `${page} の画面がこの拡張機能の想定と異なり、${fields}が見つからなかったため、何もしませんでした。新しい版を Kalends から入手してください。`,
}

export const messages = (language: Language): Messages => (language === "ja" ? ja : en)
export const chooseLanguage = (preferred: string): Language => (/^ja\b/i.test(preferred) ? "ja" : "en")

/** Names one after the other, as the language does it. */
export const listed = (names: readonly string[], language: Language): string =>
  new Intl.ListFormat(language, { type: "conjunction" }).format(names)

/** Why the service refused, by its code. */
export const refusalWords = ({ refusals, refused }: Messages, code: string | null): string =>
  Object.entries(refusals).find(([known]) => known === code)?.[1] ?? refused
