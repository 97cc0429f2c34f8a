export type Language = "en" | "ja"

type Texts = Readonly<Record<string, string>>

/** By the service's word for why. */
const englishRefusals: Texts = {
  "not-delegate":
    "This person has not allowed you to schedule for them. They can do so in Kalends, under “Get the tools”.",
  "private-not-allowed": "This event is private, and you may not manage private events of this person.",
  "not-yours": "This meeting is somebody else's, and they have not allowed you to schedule for them.",
  "tool-off": "Your administrator has switched scheduling tools off for you, or for the person whose event it is.",
}

const en = {
  untitled: "Meeting",
  signInTitle: "Connect Kalends",
  signInText:
    "Connect the add-on to your organisation's Kalends once. It sends subject, date, time, zone and whether an event recurs, and nothing else.",
  begin: "Show a code",
  codeText: (code: string) =>
    `Your code: <b>${code}</b><br>Type it in Kalends under “Connect a tool”, look that it names this add-on, and agree.`,
  openPortal: "Open Kalends",
  typed: "I have typed it",
  notYet: "Nobody has typed the code yet.",
  codeOver: "This code is over. Ask for another.",
  connected: "Connected.",
  homeTitle: "Kalends",
  signedInAs: (name: string, email: string) => `Connected as <b>${name}</b><br>${email}`,
  off: "Your administrator has switched scheduling tools off for you.",
  template: "Template of new meetings",
  ownTemplate: "As the organisation has it",
  every: "Add a meeting to every event",
  everyOn: "An event that you write gets a meeting once it is saved, where its location is free.",
  everyByHand:
    "You want a meeting in every event. Google lets this add-on put one in only when you choose it in the event, or press “Add a meeting” here. Your administrator can install the form of it that does so by itself.",
  everyStop: "Stop adding to every event",
  mayScheduleFor: (names: string) => `You may schedule for: ${names}`,
  host: "For whom",
  myself: (name: string) => `Me (${name})`,
  ownerOf: (name: string) => `${name} (owner of the calendar)`,
  saved: "Saved.",
  signOut: "Disconnect",
  signedOut: "Disconnected.",
  eventTitle: "Meeting of this event",
  hasNone: "This event has no meeting of Kalends yet.",
  has: "This event has a meeting.",
  join: "Open the join link",
  add: "Add a meeting",
  added: "The meeting is added. Save the event.",
  remove: "Give the meeting up",
  removed:
    "Given up. Take its link out of the event and save: the × of the conference, or the location. A link that stays in the event stays good.",
  cannotAdd: "You may not change this event's conference.",
  failed: "Kalends does not answer at the moment. Try again soon.",
  refused: "Kalends does not allow this. Your administrator can say why.",
  refusals: englishRefusals,
}

export type Messages = typeof en

const ja: Messages = {
  untitled: "会議",
  signInTitle: "Kalends に接続",
  signInText:
    "アドオンを組織の Kalends に一度だけ接続します。送信するのは件名、日付、時刻、タイムゾーン、繰り返しの有無だけです。",
  begin: "コードを表示",
  codeText: (code) =>
    `コード: <b>${code}</b><br>Kalends の「ツールを接続」に入力し、このアドオンの名前を確認して同意してください。`,
  openPortal: "Kalends を開く",
  typed: "入力しました",
  notYet: "コードはまだ入力されていません。",
  codeOver: "このコードは無効になりました。新しいコードを表示してください。",
  connected: "接続しました。",
  homeTitle: "Kalends",
  signedInAs: (name, email) => `<b>${name}</b> として接続中<br>${email}`,
  off: "管理者により、スケジュールツールの利用が停止されています。",
  template: "新しい会議のテンプレート",
  ownTemplate: "組織の設定に従う",
  every: "すべての予定に会議を追加",
  everyOn: "自分が書いた予定は、場所が空いていれば、保存後に会議が追加されます。",
  everyByHand:
    "すべての予定に会議を追加する設定です。Google の仕様により、このアドオンが会議を追加できるのは、予定で選んだときか、ここで「会議を追加」を押したときだけです。自動で追加する形式のアドオンは管理者がインストールできます。",
  everyStop: "すべての予定への追加をやめる",
  mayScheduleFor: (names) => `代理で予定を作成できる相手: ${names}`,
  host: "誰の会議か",
  myself: (name) => `自分（${name}）`,
  ownerOf: (name) => `${name}（カレンダーの持ち主）`,
  saved: "保存しました。",
  signOut: "接続を解除",
  signedOut: "接続を解除しました。",
  eventTitle: "この予定の会議",
  hasNone: "この予定にはまだ Kalends の会議がありません。",
  has: "この予定には会議があります。",
  join: "参加リンクを開く",
  add: "会議を追加",
  added: "会議を追加しました。予定を保存してください。",
  remove: "会議を取りやめる",
  removed:
    "取りやめました。予定からリンクを削除して（会議の「×」または場所の欄）保存してください。リンクが残っている間は有効です。",
  cannotAdd: "この予定の会議を変更する権限がありません。",
  failed: "Kalends が応答しません。しばらくしてからもう一度お試しください。",
  refused: "Kalends で許可されていません。管理者にお問い合わせください。",
  refusals: {
    "not-delegate":
      "この人の代理で予定を作成することは許可されていません。本人が Kalends の「ツールを入手」で許可できます。",
    "private-not-allowed": "この予定は非公開です。この人の非公開の予定を管理することは許可されていません。",
    "not-yours": "この会議はほかの人のもので、代理での予定作成が許可されていません。",
    "tool-off": "あなた、または予定の持ち主について、管理者がスケジュールツールの利用を停止しています。",
  },
}

export const messages = (language: Language): Messages => (language === "ja" ? ja : en)
