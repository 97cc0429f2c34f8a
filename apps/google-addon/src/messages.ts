export type Language = "en" | "ja"

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
    "Given up. Take the conference out of the event with its ×, and save: a link that stays in the event stays good.",
  cannotAdd: "You may not change this event's conference.",
  failed: "Kalends does not answer at the moment. Try again soon.",
  refused: "Kalends does not allow this. Your administrator can say why.",
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
  removed: "取りやめました。予定の会議を「×」で削除して保存してください。リンクが残っている間は有効です。",
  cannotAdd: "この予定の会議を変更する権限がありません。",
  failed: "Kalends が応答しません。しばらくしてからもう一度お試しください。",
  refused: "Kalends で許可されていません。管理者にお問い合わせください。",
}

export const messages = (language: Language): Messages => (language === "ja" ? ja : en)
