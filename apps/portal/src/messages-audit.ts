import { auditEntryWords } from "@kalends/protocol/messages-audit-entries"
import type { Language } from "@kalends/ui/words"

const entries = (count: number) => (count === 1 ? "1 entry" : `${count} entries`)

const en = {
  audit: "Log",
  auditText:
    "Who did what, when and why: every secret that was opened, every change. It holds no content of calendars, and no names of events.",
  auditEmpty: "Nothing is in the log for what you chose.",
  everybody: "Everybody and the service",
  onlyMe: "Only me",
  somebody: "Somebody else…",
  choosePerson: "Whose entries?",
  choose: "Show",
  anyReason: "For any reason",
  everything: "Everything",
  fromDay: "From",
  toDay: "Until",
  clearFilters: "Show everything",
  aboutThis: "All about it",
  onlyAbout: "Only what is about one thing is shown.",
  service: "The service",
  verify: "Check the log",
  verified: (count: number) => `${entries(count)}, each as it was written.`,
  verifiedHead: "Keep this hash elsewhere. With it, a later check shows that nothing was cut off at the end:",
  broken: (at: number) =>
    `Entry ${at} is not as it was written, or one before it is missing. Somebody changed the database: compare it with a backup.`,
  forged: (at: number) =>
    `Entry ${at} has not the signature that it should have: somebody who has the database, but not the key file, wrote the log anew. Compare it with an export or a backup.`,
  signed: (upTo: number) => `Signed by the service up to entry ${upTo}.`,
  exportLog: "Export the whole log",
  asTable: "Download as a table (CSV)",
}

const ja: typeof en = {
  audit: "記録",
  auditText:
    "誰が、何を、いつ、なぜ行ったか：シークレットの使用とすべての変更です。カレンダーの内容や予定の名前は含まれません。",
  auditEmpty: "選んだ条件に合う記録はありません。",
  everybody: "全員とサービス",
  onlyMe: "自分だけ",
  somebody: "ほかの人…",
  choosePerson: "誰の記録ですか",
  choose: "表示",
  anyReason: "すべての理由",
  everything: "すべて",
  fromDay: "開始日",
  toDay: "終了日",
  clearFilters: "すべて表示",
  aboutThis: "同じ対象の記録",
  onlyAbout: "一つの対象の記録だけを表示しています。",
  service: "サービス",
  verify: "記録を検査",
  verified: (count) => `${count} 件の記録はすべて書かれた時のままです。`,
  verifiedHead: "このハッシュを別の場所に保管してください。後の検査で、末尾が切り取られていないことがわかります：",
  broken: (at) =>
    `記録 ${at} が書かれた時のままではないか、その前の記録がありません。データベースが変更されています。バックアップと比べてください。`,
  forged: (at) =>
    `記録 ${at} に正しい署名がありません。鍵ファイルを持たない誰かがデータベースの記録を書き直しました。書き出した記録やバックアップと比べてください。`,
  signed: (upTo) => `記録 ${upTo} までサービスの署名があります。`,
  exportLog: "すべての記録を書き出す",
  asTable: "表としてダウンロード（CSV）",
}

/** The words about the audit log. */
export type AuditWords = typeof en & (typeof auditEntryWords)["en"]
export const auditWords: Readonly<Record<Language, AuditWords>> = {
  en: { ...auditEntryWords.en, ...en },
  ja: { ...auditEntryWords.ja, ...ja },
}
