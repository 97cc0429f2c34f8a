import type { PhoneKind } from "@kalends/domain/contact"
import type { Language } from "@kalends/ui/words"
import type { ContactDone } from "./contacts-store.ts"

export type ContactWords = {
  readonly contacts: string
  readonly close: string
  readonly search: string
  readonly searchHint: string
  readonly add: string
  readonly edit: string
  readonly remove: string
  readonly save: string
  readonly cancel: string
  readonly undo: string
  readonly tryAgain: string
  readonly reading: string
  readonly asBefore: string
  readonly empty: string
  readonly nobody: (text: string) => string
  readonly more: (count: number) => string
  readonly malformed: (count: number) => string
  readonly notAllowed: string
  readonly allowInPortal: string
  readonly readOnly: string
  readonly nameless: string
  readonly givenName: string
  readonly familyName: string
  readonly organisation: string
  readonly email: string
  readonly emailAt: (place: number) => string
  readonly phones: Readonly<Record<PhoneKind, string>>
  readonly done: Readonly<Record<ContactDone["kind"], (name: string) => string>>
  readonly problems: Readonly<Record<string, string>>
}

const en: ContactWords = {
  contacts: "Contacts",
  close: "Close",
  search: "Search",
  searchHint: "By name, organisation or address. What you type stays on this page.",
  add: "New contact",
  edit: "Change",
  remove: "Delete",
  save: "Save",
  cancel: "Cancel",
  undo: "Undo",
  tryAgain: "Try again",
  reading: "Reading your contacts…",
  asBefore: "You see them as they were read before.",
  empty: "There are no contacts in your address book yet.",
  nobody: (text) => `Nobody fits “${text}”.`,
  more: (count) => (count === 1 ? "And one more: type to find them." : `And ${count} more: type to find them.`),
  malformed: (count) =>
    count === 1 ? "One contact could not be understood." : `${count} contacts could not be understood.`,
  notAllowed:
    "Your contacts are not connected. Kalends asks for them only where you say so and your organisation allows it.",
  allowInPortal: "Choose it in the portal, when you connect your calendar again",
  readOnly: "Your contacts are connected for reading.",
  nameless: "(no name)",
  givenName: "First name",
  familyName: "Last name",
  organisation: "Organisation",
  email: "E-mail address",
  emailAt: (place) => (place === 1 ? "E-mail address" : `E-mail address ${place}`),
  phones: { work: "Phone, work", home: "Phone, home", mobile: "Mobile phone", other: "Other phone" },
  done: {
    made: (name) => `“${name}” is added`,
    changed: (name) => `“${name}” is changed`,
    removed: (name) => `“${name}” is deleted`,
  },
  problems: {
    "contacts-not-allowed": "Your contacts are no longer connected. Connect them again in the portal.",
    "contact-changed":
      "Somebody changed this contact meanwhile. Close it, look at it as it is now, and change it again.",
    conflict: "Somebody changed this contact meanwhile. Close it, look at it as it is now, and change it again.",
    empty: "Write a name, an organisation or an e-mail address.",
    "bad-address": "An e-mail address is not complete.",
    "too-many-addresses": "Your address book keeps no more addresses for one person.",
    "too-many-phones": "Your address book keeps no more numbers of this kind for one person.",
    "permission-withheld": "Your address book does not allow this. Connect it again in the portal.",
    forbidden: "Your address book does not allow this.",
    "rate-limited": "Your address book asks to wait a moment.",
    "not-found": "This contact is gone.",
    unavailable: "Your contacts cannot be reached at the moment.",
  },
}

const ja: ContactWords = {
  contacts: "連絡先",
  close: "閉じる",
  search: "検索",
  searchHint: "名前・組織・アドレスで検索します。入力した内容はこのページの外に出ません。",
  add: "新しい連絡先",
  edit: "変更",
  remove: "削除",
  save: "保存",
  cancel: "キャンセル",
  undo: "元に戻す",
  tryAgain: "再試行",
  reading: "連絡先を読み込んでいます…",
  asBefore: "前回読み込んだ内容を表示しています。",
  empty: "アドレス帳に連絡先はまだありません。",
  nobody: (text) => `「${text}」に当てはまる人はいません。`,
  more: (count) => `ほかに ${count} 件あります。入力して絞り込んでください。`,
  malformed: (count) => `${count} 件の連絡先を解釈できませんでした。`,
  notAllowed: "連絡先は接続されていません。Kalends が連絡先を求めるのは、あなたが選び、組織が許可した場合だけです。",
  allowInPortal: "ポータルでカレンダーを接続し直すときに選べます",
  readOnly: "連絡先は読み取り専用で接続されています。",
  nameless: "（名前なし）",
  givenName: "名",
  familyName: "姓",
  organisation: "組織",
  email: "メールアドレス",
  emailAt: (place) => (place === 1 ? "メールアドレス" : `メールアドレス ${place}`),
  phones: { work: "電話（勤務先）", home: "電話（自宅）", mobile: "携帯電話", other: "その他の電話" },
  done: {
    made: (name) => `「${name}」を追加しました`,
    changed: (name) => `「${name}」を変更しました`,
    removed: (name) => `「${name}」を削除しました`,
  },
  problems: {
    "contacts-not-allowed": "連絡先の接続がなくなりました。ポータルで接続し直してください。",
    "contact-changed": "この連絡先はその間に変更されました。いったん閉じ、現在の内容を確認してから変更してください。",
    conflict: "この連絡先はその間に変更されました。いったん閉じ、現在の内容を確認してから変更してください。",
    empty: "名前・組織・メールアドレスのいずれかを入力してください。",
    "bad-address": "メールアドレスの形式が正しくありません。",
    "too-many-addresses": "このアドレス帳では、1人にこれ以上のアドレスを登録できません。",
    "too-many-phones": "このアドレス帳では、1人にこの種類の番号をこれ以上登録できません。",
    "permission-withheld": "アドレス帳で許可されていません。ポータルで接続し直してください。",
    forbidden: "アドレス帳で許可されていません。",
    "rate-limited": "アドレス帳が混み合っています。少しお待ちください。",
    "not-found": "この連絡先はもうありません。",
    unavailable: "現在、連絡先に接続できません。",
  },
}

export const contactWords: Readonly<Record<Language, ContactWords>> = { en, ja }

/** What went wrong, for people: by its code, or else by its kind. */
export function explainContact(error: unknown, { problems }: ContactWords): string {
  const word = (name: "code" | "kind"): string => {
    const found: unknown = error instanceof Error ? Reflect.get(error, name) : null
    return typeof found === "string" ? found : ""
  }
  return (
    [word("code"), word("kind"), "unavailable"].map((name) => problems[name]).find((text) => text !== undefined) ?? ""
  )
}
