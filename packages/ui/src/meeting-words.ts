import type { Language } from "./words.ts"

type Texts = Readonly<Record<string, string>>

const en = {
  newMeeting: "New meeting",
  meetingBeingMade: "Being made…",
  meetingStates: { making: "Being made", live: "Can be joined", ending: "Ending", ended: "Ended" },
  meetingWithoutEvent: "Your calendar is not connected for writing: the meeting gets a link, but no event.",
  subject: "Title",
  date: "Date",
  firstDate: "First date",
  startTime: "Start",
  minutes: "Minutes",
  repeats: "Repeats",
  repetitions: {
    none: "Never",
    daily: "Every day",
    workdays: "Every workday",
    weekly: "Every week",
    monthly: "Every month",
  },
  times: "How often in all",
  makeMeeting: "Make the meeting",
  seriesPicture: "The next eight weeks of this series",
  dayMarks: {
    none: "nothing",
    regular: "takes place",
    "moved-here": "moved to this day",
    "moved-away": "moved to another time",
    cancelled: "cancelled",
  },
  meetingWithoutTitle: "A meeting",
  noEventNow: "Its event cannot be read at the moment, or there is none.",
  allOver: "All of it is over.",
  nextAt: (day: string) => `Next: ${day}`,
  linkLivesOn: "The link works as long as the event is in the calendar.",
  linkLivesUntil: (day: string) => `The link works until ${day}.`,
  editMeeting: "Change it in the calendar",
  editConflict: (subject: string) =>
    `The event was changed in the calendar meanwhile (its title there is “${subject}”). What you typed is still here: save again to use it.`,
  exceptionsGo: "Occurrences that were moved or cancelled return to the rule.",
  save: "Save",
  cancelMeeting: "Cancel the meeting",
  cancelMeetingTitle: "Cancel this meeting?",
  cancelMeetingText:
    "Its event is taken out of the calendar, its guests are told by the calendar service, and its link ends.",
  keepMeeting: "Keep it",
  why: "What happened, and why",
  meetingActions: {
    "meeting-asked-for": "Asked for",
    "meeting-made": "Made",
    "meeting-changed": "Changed",
    "meeting-ended": "Ended",
    "meeting-linked": "Linked with an event",
    "meeting-unlinked": "No longer linked with an event",
    "meeting-held": "Kept open, though its event is gone",
    "meeting-note": "Changed on both sides",
  },
  causes: {
    app: "You made it in an app.",
    keyword: "The location of an event asks for a meeting.",
    "event-moved": "Its event was moved in the calendar.",
    "event-renamed": "Its event was renamed in the calendar.",
    "event-gone": "Its event was deleted or cancelled in the calendar.",
    "event-linked": "An event in the calendar carries its link.",
    "event-copied": "Another event in the calendar carries its link, too.",
    "link-removed": "The link was taken out of the event.",
    "copy-promoted": "Its event is gone, and another one carries its link.",
    "meeting-edited": "It was changed in the meeting service.",
    "meeting-noticed": "The meeting service told of a change.",
    "meeting-was-gone": "It was gone in the meeting service, and its event is still there.",
    "both-changed": "The calendar's version was taken; the other one is kept with the meeting.",
    "app-edited": "You changed it in an app.",
    "app-cancelled": "You cancelled it in an app.",
    "held-ended": "You ended it, for its event was gone.",
    abandoned: "It was asked for, and never completed.",
    expired: "Nobody used it for long, and no event carries its link.",
    review: "A regular look found it so.",
  },
  joinMeeting: "Join",
  closeForm: "Close",
  making: "The meeting service and your calendar are asked…",
  fillIn: "Fill in the title, the date, the start and how many minutes it takes.",
  typedStays: "What you typed is still here, and trying again makes no second meeting.",
  inThePast: "This is in the past. Was that meant?",
}

/** Groups that are looked up by a word of the service's; a word that is missing is shown another way. */
type Looked = "meetingActions" | "causes"
type Plain = Omit<typeof en, Looked> & Readonly<Record<Looked, Texts>>

const ja: Plain = {
  newMeeting: "新しい会議",
  meetingBeingMade: "作成中…",
  meetingStates: { making: "作成中", live: "参加できます", ending: "終了処理中", ended: "終了" },
  meetingWithoutEvent:
    "カレンダーは書き込み用に接続されていません。会議のリンクは作成されますが、予定は作成されません。",
  subject: "件名",
  date: "日付",
  firstDate: "最初の日付",
  startTime: "開始",
  minutes: "分",
  repeats: "繰り返し",
  repetitions: { none: "なし", daily: "毎日", workdays: "平日", weekly: "毎週", monthly: "毎月" },
  times: "回数",
  makeMeeting: "会議を作成",
  seriesPicture: "この定期会議の今後8週間",
  dayMarks: {
    none: "なし",
    regular: "開催",
    "moved-here": "この日に移動",
    "moved-away": "別の日時に移動",
    cancelled: "中止",
  },
  meetingWithoutTitle: "会議",
  noEventNow: "予定を現在読み取れないか、予定がありません。",
  allOver: "すべて終了しました。",
  nextAt: (day) => `次回: ${day}`,
  linkLivesOn: "リンクは、予定がカレンダーにある間有効です。",
  linkLivesUntil: (day) => `リンクは ${day} まで有効です。`,
  editMeeting: "カレンダーで変更",
  editConflict: (subject) =>
    `その間にカレンダーで予定が変更されました（件名は「${subject}」）。入力した内容は残っています。使うにはもう一度保存してください。`,
  exceptionsGo: "移動または中止された回は、規則どおりに戻ります。",
  save: "保存",
  cancelMeeting: "会議を中止",
  cancelMeetingTitle: "この会議を中止しますか？",
  cancelMeetingText: "予定がカレンダーから削除され、参加者にはカレンダーサービスから通知され、リンクは終了します。",
  keepMeeting: "残す",
  why: "経過と理由",
  meetingActions: {
    "meeting-asked-for": "依頼",
    "meeting-made": "作成",
    "meeting-changed": "変更",
    "meeting-ended": "終了",
    "meeting-linked": "予定と関連付け",
    "meeting-unlinked": "予定との関連付けを解除",
    "meeting-held": "予定は消えましたが残しています",
    "meeting-note": "両側で変更",
  },
  causes: {
    app: "アプリで作成しました。",
    keyword: "予定の場所で会議が依頼されました。",
    "event-moved": "カレンダーで予定が移動されました。",
    "event-renamed": "カレンダーで予定の件名が変更されました。",
    "event-gone": "カレンダーで予定が削除または中止されました。",
    "event-linked": "カレンダーの予定にリンクがあります。",
    "event-copied": "カレンダーの別の予定にもリンクがあります。",
    "link-removed": "予定からリンクが取り除かれました。",
    "copy-promoted": "予定は消えましたが、別の予定にリンクがあります。",
    "meeting-edited": "会議サービスで変更されました。",
    "meeting-noticed": "会議サービスから変更の知らせがありました。",
    "meeting-was-gone": "会議サービスから消えましたが、予定は残っています。",
    "both-changed": "カレンダーの内容を採用し、もう一方は会議に残しました。",
    "app-edited": "アプリで変更しました。",
    "app-cancelled": "アプリで中止しました。",
    "held-ended": "予定が消えたため終了しました。",
    abandoned: "依頼されましたが、完了しませんでした。",
    expired: "長く使われず、リンクのある予定もありません。",
    review: "定期確認で見つかりました。",
  },
  joinMeeting: "参加",
  closeForm: "閉じる",
  making: "会議サービスとカレンダーに依頼しています…",
  fillIn: "件名、日付、開始、長さ（分）を入力してください。",
  typedStays: "入力内容は残っています。もう一度試しても、会議が二重に作成されることはありません。",
  inThePast: "過去の日時です。このままでよろしいですか？",
}

/** What to say, and what to do, for each problem's code or else its kind. */
const problemsEn: Texts = {
  "no-meeting-service": "No meeting service is set up here. Ask your administrator to set one up.",
  "read-only":
    "Your calendar is connected for reading only. Reconnect it in the portal with “Read and write”, then try again.",
  "no-event":
    "This meeting has no event in the calendar any more, so there is nothing to change. Cancel it, and make another.",
  "no-such-meeting": "This meeting is not there any more: it was cancelled somewhere else.",
  "no-connection": "Your calendar is not connected any more. Connect it in the portal, then try again.",
  revision: "The meeting is being changed somewhere else at this moment. Try again.",
  "zoom-daily":
    "The meeting service takes no more changes of this meeting today. Try again tomorrow, or make another one.",
  "zoom-refused": "The meeting service refuses these times. Choose another time, or a simpler repetition.",
  schedule: "This calendar has no way to write these times. Choose another time, or a simpler repetition.",
  zone: "The series goes by a clock that is not known here. Change it in your calendar.",
  "service-unreachable": "Kalends cannot be reached. Check your network and try again.",
  timeout: "There was no answer in time. Try again.",
  "signed-out": "You were signed out. Sign in again.",
  "protocol-mismatch": "The service was updated. Reload this page.",
  "auth-expired": "The calendar service asks you to sign in again. Reconnect it in the portal.",
  "auth-revoked": "The permission for your calendar is gone. Reconnect it in the portal, then try again.",
  forbidden: "Your calendar does not allow this. Reconnect it in the portal with “Read and write”, then try again.",
  "not-found": "The event is not in the calendar any more.",
  conflict: "It was changed somewhere else meanwhile. Look at it again, then try once more.",
  "rate-limited": "The meeting service or the calendar asks for patience. Try again in a few minutes.",
  unavailable: "The meeting service or the calendar does not answer at the moment. Try again.",
  malformed: "The answer could not be understood. Reload the page, and look whether it was done.",
  unsupported: "The meeting service or the calendar cannot do this. Choose another time, or a simpler repetition.",
  misconfigured: "The meeting service or the calendar is not set up right here; tell your administrator.",
  "bad-request": "This cannot be used. Look at the title and the times again.",
}

const problemsJa: Texts = {
  "no-meeting-service": "会議サービスが設定されていません。管理者に設定を依頼してください。",
  "read-only":
    "カレンダーは読み取り専用で接続されています。ポータルで「読み取りと書き込み」で再接続してから、もう一度お試しください。",
  "no-event": "この会議の予定はカレンダーにないため、変更できません。中止して、新しく作成してください。",
  "no-such-meeting": "この会議はもうありません。別の場所で中止されました。",
  "no-connection": "カレンダーの接続が切れています。ポータルで接続してから、もう一度お試しください。",
  revision: "この会議は現在、別の場所で変更されています。もう一度お試しください。",
  "zoom-daily": "会議サービスは本日これ以上この会議の変更を受け付けません。明日試すか、新しい会議を作成してください。",
  "zoom-refused": "会議サービスがこの日時を拒否しました。別の日時か、より単純な繰り返しを選んでください。",
  schedule: "このカレンダーではこの日時を表せません。別の日時か、より単純な繰り返しを選んでください。",
  zone: "この定期予定のタイムゾーンを解釈できません。カレンダーで変更してください。",
  "service-unreachable": "Kalends に接続できません。ネットワークを確認し、もう一度お試しください。",
  timeout: "時間内に応答がありませんでした。もう一度お試しください。",
  "signed-out": "サインアウトされました。もう一度サインインしてください。",
  "protocol-mismatch": "サービスが更新されました。ページを再読み込みしてください。",
  "auth-expired": "カレンダーサービスが再サインインを求めています。ポータルで再接続してください。",
  "auth-revoked": "カレンダーへの許可が失われました。ポータルで再接続してから、もう一度お試しください。",
  forbidden:
    "カレンダーで許可されていない操作です。ポータルで「読み取りと書き込み」で再接続してから、もう一度お試しください。",
  "not-found": "予定はもうカレンダーにありません。",
  conflict: "その間に別の場所で変更されました。内容を確認して、もう一度お試しください。",
  "rate-limited": "会議サービスまたはカレンダーが混み合っています。数分後にもう一度お試しください。",
  unavailable: "会議サービスまたはカレンダーが現在応答していません。もう一度お試しください。",
  malformed: "応答を解釈できませんでした。ページを再読み込みし、反映されたかご確認ください。",
  unsupported: "会議サービスまたはカレンダーが対応していません。別の日時か、より単純な繰り返しを選んでください。",
  misconfigured: "会議サービスまたはカレンダーの設定に誤りがあります。管理者にお知らせください。",
  "bad-request": "この内容は使えません。件名と日時をご確認ください。",
}

/** The words of making, changing and cancelling meetings. */
export type MeetingWords = Plain & { readonly meetingProblems: Texts }

/** The words about meetings, which every app says alike. */
export const meetingWords: Readonly<Record<Language, MeetingWords>> = {
  en: { ...en, meetingProblems: problemsEn },
  ja: { ...ja, meetingProblems: problemsJa },
}

/** What went wrong and what to do about it, by the error's code, else its kind. */
export function explain(error: unknown, { meetingProblems }: Pick<MeetingWords, "meetingProblems">): string {
  const named = [wordOf(error, "code"), wordOf(error, "kind"), "unavailable"]
  return named.map((name) => meetingProblems[name]).find((text) => text !== undefined) ?? ""
}

/** True where somebody else has changed the event, or the meeting, first. */
export const isConflict = (error: unknown): boolean => wordOf(error, "kind") === "conflict"

function wordOf(error: unknown, name: "code" | "kind"): string {
  if (!(error instanceof Error)) return ""
  const found: unknown = Reflect.get(error, name)
  return typeof found === "string" ? found : ""
}
