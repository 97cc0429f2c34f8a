import type { Language } from "@kalends/ui/words"

/** What differs by whose delegates they are: one's own, or somebody else's. */
type Voice = {
  readonly title: string
  readonly text: string
  readonly nobody: string
  readonly given: (name: string) => string
  readonly taken: (name: string) => string
  readonly takeFrom: (name: string) => string
}

const own: Voice = {
  title: "Who may schedule for me",
  text: "They make, change and remove meetings in your name with their own tools. Private events stay yours unless you say otherwise.",
  nobody: "Nobody.",
  given: (name) => `${name} may schedule for you.`,
  taken: (name) => `${name} may not schedule for you any more.`,
  takeFrom: (name) => `Take away: ${name} may not schedule for me any more`,
}

const en = {
  own,
  of: (host: string): Voice => ({
    title: "Who may schedule for them",
    text: `They make, change and remove meetings in the name of ${host} with their own tools. ${host} sees who, and that an administrator said so.`,
    nobody: "Nobody.",
    given: (name) => `${name} may schedule for ${host}.`,
    taken: (name) => `${name} may not schedule for ${host} any more.`,
    takeFrom: (name) => `Take away: ${name} may not schedule for ${host} any more`,
  }),
  email: "E-mail address",
  private: "May manage private events",
  privateOf: (name: string) => `${name} may manage private events`,
  privateOn: (name: string) => `${name} may manage private events, too.`,
  privateOff: (name: string) => `${name} may not manage private events any more.`,
  withPrivate: "private events, too",
  withoutPrivate: "no private events",
  byAdministrator: "given by an administrator",
  find: "Find somebody",
  isAlready: "may schedule already",
  add: "Allow",
  take: "Take away",
  undo: "Undo",
  undone: "It is as it was.",
  host: (name: string) => `${name} (private events, too)`,
  for: (names: string) => `You may schedule for ${names}.`,
}

const ja: typeof en = {
  own: {
    title: "代理で予定を作成できる人",
    text: "自分のツールを使って、あなたの名前で会議を作成、変更、削除できます。非公開の予定は、許可しない限り対象外です。",
    nobody: "いません。",
    given: (name) => `${name} が代理で予定を作成できるようになりました。`,
    taken: (name) => `${name} の許可を取り消しました。`,
    takeFrom: (name) => `${name} の許可を取り消す`,
  },
  of: (host) => ({
    title: "代理で予定を作成できる人",
    text: `自分のツールを使って、${host} の名前で会議を作成、変更、削除できます。誰が許可されたか、管理者による設定であることは本人にも表示されます。`,
    nobody: "いません。",
    given: (name) => `${name} が ${host} の代理で予定を作成できるようになりました。`,
    taken: (name) => `${host} の代理としての ${name} の許可を取り消しました。`,
    takeFrom: (name) => `${host} の代理としての ${name} の許可を取り消す`,
  }),
  email: "メールアドレス",
  private: "非公開の予定も管理できる",
  privateOf: (name) => `${name} は非公開の予定も管理できる`,
  privateOn: (name) => `${name} が非公開の予定も管理できるようになりました。`,
  privateOff: (name) => `${name} は非公開の予定を管理できなくなりました。`,
  withPrivate: "非公開の予定も可",
  withoutPrivate: "非公開の予定は不可",
  byAdministrator: "管理者による設定",
  find: "人を探す",
  isAlready: "許可済み",
  add: "許可する",
  take: "取り消す",
  undo: "元に戻す",
  undone: "元に戻しました。",
  host: (name) => `${name}（非公開の予定も可）`,
  for: (names) => `${names} の代理で予定を作成できます。`,
}

/** The words about who may schedule for whom. */
export type DelegateWords = typeof en
export const delegateWords: Readonly<Record<Language, DelegateWords>> = { en, ja }
