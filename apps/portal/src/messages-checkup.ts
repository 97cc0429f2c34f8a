import type { CheckupCode } from "@kalends/protocol/checkup-codes"
import type { Language } from "@kalends/ui/words"
import { checkupEnglish } from "./messages-checkup-en.ts"
import { checkupJapanese } from "./messages-checkup-ja.ts"

/**
 * A setting: what it is called, what is wrong with it, how that is mended. `{fact|else}` in any of them is filled with what
 * the check found, or with what stands after the line where it found nothing of that name.
 */
export type CheckText = {
  readonly name: string
  readonly wrong: string
  readonly fix: string
  readonly steps?: readonly string[]
}
/** With lines to copy, which are the same in every language. */
export type CheckWords = CheckText & { readonly lines?: string }

export type CheckupTexts = Readonly<Record<CheckupCode, CheckText>>
export type CheckupWords = Readonly<Record<CheckupCode, CheckWords>>

/** What the page of the check says besides. */
const pageEnglish = {
  title: "Check settings",
  text: "It looks at what has to be set, here and at the calendar service, and changes nothing anywhere.",
  mailboxes: "Mailboxes to look at",
  mailboxesHint: "Addresses, one on each line; at most 20. Left empty, a few that are connected are looked at.",
  tooMany: "At most 20 mailboxes at once.",
  notAddress: (text: string) => `“${text}” is not an e-mail address.`,
  run: "Check now",
  again: "Check again",
  running: "Checking… this can take a minute.",
  allRight: (count: number) => `All ${count} settings that were looked at are right.`,
  wrongOnes: (count: number) => (count === 1 ? "1 setting is wrong" : `${count} settings are wrong`),
  noneWrong: "Nothing is wrong",
  doubtfulOnes: "Perhaps not right",
  notChecked: "Could not be looked at",
  rightOnes: (count: number) => (count === 1 ? "1 setting is right" : `${count} settings are right`),
  subjects: { service: "This service", tenant: "The organisation" },
  wrong: "Wrong",
  doubtful: "In doubt",
  howToMend: "How to mend it",
  found: (values: string) => `Found: ${values}`,
  because: (name: string) => `It depends on “${name}”, which has to be right first.`,
  noReason: "The calendar service did not say.",
  unknown: (code: string) => `Another setting (${code})`,
  unknownText: "This page is older than the service: reload it to see what is wrong and how to mend it.",
  checkedWhen: (ago: string) => `Checked ${ago}`,
}
type PageWords = typeof pageEnglish

const pageJapanese: PageWords = {
  title: "設定を確認",
  text: "ここでもカレンダーサービスでも、必要な設定を調べます。何も変更しません。",
  mailboxes: "調べるメールボックス",
  mailboxesHint: "1 行に 1 つのアドレス、最大 20 件。空欄の場合は接続中のいくつかを調べます。",
  tooMany: "一度に調べられるのは 20 件までです。",
  notAddress: (text) => `「${text}」はメールアドレスではありません。`,
  run: "確認を開始",
  again: "もう一度確認",
  running: "確認中です。1 分ほどかかることがあります。",
  allRight: (count) => `確認した ${count} 件の設定はすべて正常です。`,
  wrongOnes: (count) => `${count} 件の設定に誤りがあります`,
  noneWrong: "誤りはありません",
  doubtfulOnes: "要確認",
  notChecked: "確認できなかった設定",
  rightOnes: (count) => `${count} 件の設定は正常です`,
  subjects: { service: "このサービス", tenant: "組織" },
  wrong: "誤り",
  doubtful: "要確認",
  howToMend: "直し方",
  found: (values) => `検出: ${values}`,
  because: (name) => `先に「${name}」を直す必要があります。`,
  noReason: "カレンダーサービスから理由は示されませんでした。",
  unknown: (code) => `その他の設定（${code}）`,
  unknownText: "このページはサービスより古い版です。再読み込みすると内容と直し方が表示されます。",
  checkedWhen: (ago) => `確認: ${ago}`,
}

export type CheckupPageWords = PageWords & { readonly codes: Readonly<Record<string, CheckWords>> }

const japaneseCodes = Object.fromEntries(
  Object.entries(checkupEnglish).map(([code, { lines }]) => [code, lines === undefined ? {} : { lines }]),
)

/** By the check's code. */
export const checkupWords: Readonly<Record<Language, CheckupPageWords>> = {
  en: { ...pageEnglish, codes: checkupEnglish },
  ja: {
    ...pageJapanese,
    codes: Object.fromEntries(
      Object.entries(checkupJapanese).map(([code, text]) => [code, { ...text, ...japaneseCodes[code] }]),
    ),
  },
}
