import type { Language } from "@kalends/ui/words"

const en = {
  title: "Where you are signed in",
  text: "Sign out whatever you no longer use, or do not know.",
  current: "this one",
  tool: "scheduling tool",
  since: (when: string) => `signed in ${when}`,
  used: (when: string) => `last used ${when}`,
  end: "Sign out",
  endOf: (name: string) => `Sign out ${name}`,
  endOthers: "Sign out everywhere else",
  endedOthers: "You are signed out everywhere else.",
  onlyHere: "You are signed in here alone.",
}

const ja: typeof en = {
  title: "サインインしている場所",
  text: "使わなくなったもの、覚えのないものはサインアウトしてください。",
  current: "この画面",
  tool: "予定作成ツール",
  since: (when) => `${when}にサインイン`,
  used: (when) => `最後の利用: ${when}`,
  end: "サインアウト",
  endOf: (name) => `${name} をサインアウト`,
  endOthers: "ほかのすべてをサインアウト",
  endedOthers: "ほかのすべてからサインアウトしました。",
  onlyHere: "サインインしているのはここだけです。",
}

/** The words about a person's sessions. */
export type DeviceWords = typeof en
export const deviceWords: Readonly<Record<Language, DeviceWords>> = { en, ja }
