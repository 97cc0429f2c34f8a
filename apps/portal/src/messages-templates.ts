import type { Language } from "@kalends/ui/words"

type Texts = Readonly<Record<string, string>>

const englishServices: Texts = { "built-in": "built-in", zoom: "Zoom", bigbluebutton: "BigBlueButton" }
const englishProblems: Texts = {
  "too-many-templates": "There are fifty templates. Delete one that nobody needs.",
  "no-meeting-service": "This meeting service is not set up here. Choose another.",
}

const en = {
  title: "Meeting templates",
  text: "What scheduling tools make meetings with: lines that stand below the join link, and the meeting service. People choose among them in their tools.",
  groupsText: "Templates are the whole organisation's. Whether a group may use scheduling tools at all is set under:",
  make: "New template",
  none: "No templates yet: meetings are made with the join link alone, in the first meeting service.",
  search: "Find a template",
  noneFound: "No template has this in its name or its lines.",
  isDefault: "default",
  noLines: "Nothing but the join link.",
  service: (name: string) => `Meeting service: ${name}`,
  firstService: (name: string) => `the first that is set up (${name})`,
  serviceGone: (name: string) =>
    `The meeting service “${name}” is not set up any more: meetings are made in the first that is. Change the template to say which.`,
  noService:
    "No meeting service is set up here, so tools can make no meetings. The operator of this service sets one up.",
  serviceNames: englishServices,
  edit: "Change",
  editOf: (name: string) => `Change “${name}”`,
  remove: "Delete",
  removeOf: (name: string) => `Delete “${name}”`,
  removeTitle: (name: string) => `Delete the template “${name}”?`,
  removeText:
    "Meetings that were made with it keep their links; the lines below the link are not written again. Whoever chose it goes back to what the organisation has.",
  makeDefault: "Make default",
  makeDefaultOf: (name: string) => `Make default: “${name}”`,
  noDefault: "Not default any more",
  noDefaultOf: (name: string) => `Not default any more: “${name}”`,
  keep: "Leave it",
  saved: (name: string) => `“${name}” is saved.`,
  removed: (name: string) => `“${name}” is deleted.`,
  form: {
    name: "Name",
    nameText: "People see it in their tools.",
    lines: "Lines below the join link",
    linesText: (left: number) => `${left} characters are left.`,
    service: "Meeting service",
    isDefault: "Default of the organisation",
    isDefaultText: "New meetings begin with it, unless somebody has chosen another for themselves.",
    preview: "So it stands in the event",
    linkLine: "Join the meeting: https://…",
    save: "Save",
    cancel: "Cancel",
  },
  recent: "Latest changes",
  noneRecent: "Nothing was changed yet.",
  wholeLog: "To the whole log",
  problems: englishProblems,
}

const ja: typeof en = {
  title: "会議テンプレート",
  text: "予定作成ツールが会議を作るときに使います。参加リンクの下に入る文と、会議サービスを決めます。ツールの中から選べます。",
  groupsText: "テンプレートは組織全体のものです。グループごとにツールを使えるかどうかの設定：",
  make: "新しいテンプレート",
  none: "テンプレートはまだありません。会議は参加リンクだけで、最初の会議サービスに作られます。",
  search: "テンプレートを検索",
  noneFound: "名前や文に一致するテンプレートはありません。",
  isDefault: "既定",
  noLines: "参加リンクのみ。",
  service: (name) => `会議サービス: ${name}`,
  firstService: (name) => `最初に設定されたもの（${name}）`,
  serviceGone: (name) =>
    `会議サービス「${name}」はもう設定されていません。会議は最初のサービスに作られます。テンプレートを変更して選び直してください。`,
  noService: "会議サービスが設定されていないため、ツールは会議を作れません。サービスの運用担当者が設定します。",
  serviceNames: { "built-in": "内蔵", zoom: "Zoom", bigbluebutton: "BigBlueButton" },
  edit: "変更",
  editOf: (name) => `「${name}」を変更`,
  remove: "削除",
  removeOf: (name) => `「${name}」を削除`,
  removeTitle: (name) => `テンプレート「${name}」を削除しますか。`,
  removeText:
    "このテンプレートで作った会議のリンクは残りますが、リンクの下の文は書き直されません。選んでいた人は組織の設定に戻ります。",
  makeDefault: "既定にする",
  makeDefaultOf: (name) => `「${name}」を既定にする`,
  noDefault: "既定から外す",
  noDefaultOf: (name) => `「${name}」を既定から外す`,
  keep: "そのままにする",
  saved: (name) => `「${name}」を保存しました。`,
  removed: (name) => `「${name}」を削除しました。`,
  form: {
    name: "名前",
    nameText: "ツールの中で表示されます。",
    lines: "参加リンクの下に入る文",
    linesText: (left) => `あと ${left} 文字入力できます。`,
    service: "会議サービス",
    isDefault: "組織の既定にする",
    isDefaultText: "自分で別のものを選んでいない限り、新しい会議はこのテンプレートで始まります。",
    preview: "予定での表示",
    linkLine: "Join the meeting: https://…",
    save: "保存",
    cancel: "キャンセル",
  },
  recent: "最近の変更",
  noneRecent: "まだ変更はありません。",
  wholeLog: "記録全体へ",
  problems: {
    "too-many-templates": "テンプレートが 50 個あります。不要なものを削除してください。",
    "no-meeting-service": "この会議サービスはここでは設定されていません。別のものを選んでください。",
  },
}

/** The words about meeting templates. */
export type TemplateWords = typeof en
export const templateWords: Readonly<Record<Language, TemplateWords>> = { en, ja }
