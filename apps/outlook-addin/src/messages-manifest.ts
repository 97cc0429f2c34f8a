import type { Language } from "@kalends/ui/words"

const en = {
  name: "Kalends",
  description: "Adds, changes and removes the meeting of an event as you write it.",
  group: "Kalends",
  add: "Add a meeting",
  addTip: "Makes a meeting and writes its link into this event.",
  pane: "Meeting settings",
  paneTip: "Shows this event's meeting, templates and settings.",
  remove: "Remove the meeting",
  removeTip: "Gives the meeting up and takes its link out of this event.",
  phone: "Kalends meeting",
}

const ja: typeof en = {
  name: "Kalends",
  description: "予定を作成しながら、会議の追加、変更、削除ができます。",
  group: "Kalends",
  add: "会議を追加",
  addTip: "会議を作成し、リンクをこの予定に書き込みます。",
  pane: "会議の設定",
  paneTip: "この予定の会議、テンプレート、設定を表示します。",
  remove: "会議を削除",
  removeTip: "会議を取りやめ、リンクをこの予定から取り除きます。",
  phone: "Kalends 会議",
}

/** What Outlook shows of the add-in by itself: its name, and its buttons. */
export const words: Readonly<Record<Language, typeof en>> = { en, ja }
