export type Language = "en" | "ja"

const en = {
  add: "Add a Kalends meeting",
  change: "Update the meeting",
  remove: "Remove the meeting",
  working: "Asking Kalends …",
  added: "The meeting is in the event. Save the event.",
  changed: "The meeting has the event's title and time.",
  removed: "The meeting is removed. Save the event.",
  signedOut: "Connect the extension first: open its options.",
  refused: "Kalends does not allow this. Your administrator can say why.",
  failed: "Kalends does not answer at the moment. Try again soon.",
  notUnderstood: (fields: string) =>
    `This page looks different from what Kalends knows: it does not find ${fields}. Nothing was changed. Please update the extension.`,
  fields: {
    ...{ title: "the title", startDate: "the date", startTime: "the time", location: "the location" },
    ...{ description: "the description", allDay: "“all day”", recurrence: "the recurrence" },
  },
  untitled: "Meeting",
  optionsTitle: "Kalends: connect",
  address: "Address of your Kalends",
  connect: "Connect",
  badAddress: "Give an https:// address, such as https://calendar.example.org.",
  noPermission: "Without permission to ask this address the extension cannot work. Nothing else is asked.",
  code: (code: string) => `Type this code in Kalends under “Connect a tool”: ${code}`,
  look: "I have typed it",
  signedIn: (address: string) => `Connected to ${address}.`,
  signOut: "Disconnect",
}

export type Messages = typeof en

const ja: Messages = {
  add: "Kalends の会議を追加",
  change: "会議を更新",
  remove: "会議を削除",
  working: "Kalends に問い合わせています…",
  added: "会議を予定に追加しました。予定を保存してください。",
  changed: "会議の件名と日時を予定に合わせました。",
  removed: "会議を削除しました。予定を保存してください。",
  signedOut: "先に拡張機能のオプションで接続してください。",
  refused: "Kalends で許可されていません。管理者にお問い合わせください。",
  failed: "Kalends が応答しません。しばらくしてからもう一度お試しください。",
  notUnderstood: (fields) =>
    `このページは Kalends の想定と異なり、${fields}が見つかりません。何も変更していません。拡張機能を更新してください。`,
  fields: {
    ...{ title: "タイトル", startDate: "日付", startTime: "時刻", location: "場所" },
    ...{ description: "説明", allDay: "「終日」", recurrence: "繰り返し" },
  },
  untitled: "会議",
  optionsTitle: "Kalends に接続",
  address: "Kalends のアドレス",
  connect: "接続",
  badAddress: "https:// で始まるアドレスを入力してください(例: https://calendar.example.org)。",
  noPermission: "このアドレスへのアクセスが許可されないと利用できません。ほかのアクセスは求めません。",
  code: (code) => `Kalends の「ツールを接続」にこのコードを入力してください: ${code}`,
  look: "入力しました",
  signedIn: (address) => `${address} に接続しています。`,
  signOut: "接続を解除",
}

export const messages = (language: Language): Messages => (language === "ja" ? ja : en)
export const chooseLanguage = (preferred: string): Language => (/^ja\b/i.test(preferred) ? "ja" : "en")
